//! Routes together with their description: what is served is what is described.

use axum::Router;
use axum::routing::MethodRouter;
use brevdue_wire::names::BASE_PATH;
use utoipa::openapi::{Components, OpenApi, Paths};
use utoipa_axum::router::UtoipaMethodRouter;

use super::{Door, no_such_method};

/// Routes being gathered.
pub(super) struct Described {
    router: Router<Door>,
    paths: Paths,
    components: Components,
}

impl Described {
    pub(super) fn new() -> Self {
        Self { router: Router::new(), paths: Paths::new(), components: Components::new() }
    }

    /// Adds what `utoipa_axum::routes!` makes of handlers that share a path, under both spellings of it.
    /// The description has the official one.
    pub(super) fn with(self, (schemas, paths, methods): UtoipaMethodRouter<Door>) -> Self {
        let Self { router, paths: mut all, mut components } = self;
        let mut router = router;
        for (path, item) in paths.paths {
            router = both_spellings(router, &path, methods.clone());
            match all.paths.get_mut(&path) {
                Some(there) => there.merge_operations(item),
                None => drop(all.paths.insert(path, item)),
            }
        }
        components.schemas.extend(schemas);
        Self { router, paths: all, components }
    }

    /// The routes, and their description without its head.
    pub(super) fn finish(self) -> (Router<Door>, OpenApi) {
        let mut description = OpenApi::default();
        description.paths = self.paths;
        description.components = Some(self.components);
        (self.router, description)
    }
}

fn both_spellings(router: Router<Door>, path: &str, methods: MethodRouter<Door>) -> Router<Door> {
    // HEAD would run what GET runs, and some of our GETs change things.
    let methods = methods.head(no_such_method);
    // What local mode adds stands beside the official paths too, where test harnesses look for it.
    let path = path.trim_end_matches('/');
    let router = match path.starts_with("/testing/") {
        true => router.route(path, methods.clone()).route(&format!("{path}/"), methods.clone()),
        false => router,
    };
    let path = format!("{BASE_PATH}{path}");
    router.route(&path, methods.clone()).route(&format!("{path}/"), methods)
}
