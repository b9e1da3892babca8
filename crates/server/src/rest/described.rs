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
    /// Where somebody asks for it: it is larger than all else that an idle exchange holds.
    description: Option<(Paths, Components)>,
}

impl Described {
    /// Gathers routes alone.
    pub(super) fn routes_alone() -> Self {
        Self { router: Router::new(), description: None }
    }

    /// Gathers routes and what describes them.
    pub(super) fn with_description() -> Self {
        Self { router: Router::new(), description: Some((Paths::new(), Components::new())) }
    }

    /// Adds what `utoipa_axum::routes!` makes of handlers that share a path, under both spellings of it.
    /// The description has the official one.
    pub(super) fn with(mut self, (schemas, paths, methods): UtoipaMethodRouter<Door>) -> Self {
        for path in paths.paths.keys() {
            self.router = both_spellings(self.router, path, methods.clone());
        }
        if let Some((all, components)) = &mut self.description {
            for (path, item) in paths.paths {
                match all.paths.get_mut(&path) {
                    Some(there) => there.merge_operations(item),
                    None => drop(all.paths.insert(path, item)),
                }
            }
            components.schemas.extend(schemas);
        }
        self
    }

    /// The routes.
    pub(super) fn routes(self) -> Router<Door> {
        self.router
    }

    /// The description without its head; an empty one of routes alone.
    pub(super) fn description(self) -> OpenApi {
        let (paths, components) = self.description.unwrap_or_default();
        let mut description = OpenApi::default();
        description.paths = paths;
        description.components = Some(components);
        description
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
