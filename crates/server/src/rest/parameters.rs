//! What stands in path and query.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use brevdue_wire::PageRequest;
use uuid::Uuid;

use super::errors::Failure;

/// The query's parameters as sent. Unknown ones are left alone, as the official service does.
pub(crate) struct Parameters(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Query::try_from_uri(&parts.uri).map(|Query(list)| Self(list)).map_err(|_| {
            Failure::bad_request("query.invalid", "the query is not of the form name=value&…")
        })
    }
}

impl Parameters {
    /// The value of a parameter that may stand once.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, Failure> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            let message = format!("the parameter {name} may stand only once");
            return Err(Failure::bad_request("parameter.repeated", message).at("query", name));
        }
        Ok(first)
    }

    fn all(&self, wanted: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }

    /// `page` and `size`; `sort` only to see that it asks for what we give, oldest first.
    ///
    /// A size over the limit is taken as the limit: the answer's `size` and `next` say so.
    pub(super) fn page(&self) -> Result<PageRequest, Failure> {
        let page = self.number("page", 0..=PageRequest::PAGE_LIMIT)?.unwrap_or(0);
        let size =
            self.number("size", 1..=u64::from(u32::MAX))?.unwrap_or(PageRequest::SIZE_DEFAULT);
        let descending = |sort: &str| {
            sort.rsplit([',', ':']).next().is_some_and(|word| word.eq_ignore_ascii_case("desc"))
        };
        if self.all("sort").any(descending) {
            return Err(Failure::bad_request(
                "sort.not.supported",
                "the list is given oldest first only; leave sort out",
            )
            .at("query", "sort"));
        }
        if self.one("lease")?.is_some() {
            return Err(Failure::bad_request(
                "lease.not.supported",
                "this exchange does not hide listed ids from parallel workers; leave lease out",
            )
            .at("query", "lease"));
        }
        Ok(PageRequest { page, size: size.min(PageRequest::SIZE_LIMIT) })
    }

    fn number(
        &self,
        name: &str,
        allowed: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, Failure> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        match text.parse() {
            Ok(number) if allowed.contains(&number) => Ok(Some(number)),
            _ => {
                let (least, most) = allowed.into_inner();
                let message = format!("{name} is a whole number from {least} to {most}");
                Err(Failure::bad_request("parameter.invalid", message).at("query", name))
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        match self.one(name)? {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => {
                let message = format!("{name} is true or false");
                Err(Failure::bad_request("parameter.invalid", message).at("query", name))
            }
        }
    }
}

/// A UUID in its hyphenated spelling of 36 characters, in either case.
pub(super) fn uuid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}

/// The id in a path.
pub(super) fn path_id(text: &str) -> Result<Uuid, Failure> {
    uuid(text).ok_or_else(|| {
        Failure::bad_request("id.invalid", "the id in the path is not a UUID").at("path", "id")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(list: &[(&str, &str)]) -> Parameters {
        Parameters(list.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    #[test]
    fn a_page_is_asked_for_by_number_and_size_and_never_larger_than_the_limit() {
        for (list, expected) in [
            (&[][..], Some((0, 100))),
            (&[("page", "2"), ("size", "1000")], Some((2, 1000))),
            (&[("size", "5000")], Some((0, 1000))),
            (&[("sort", "createdDateTime,asc")], Some((0, 100))),
            (&[("sort", "createdDateTime,desc")], None),
            (&[("size", "0")], None),
            (&[("page", "-1")], None),
            (&[("page", "99999999999999999999")], None),
            (&[("page", "1"), ("page", "2")], None),
            (&[("lease", "300")], None),
        ] {
            let page = parameters(list).page().ok();
            assert_eq!(page, expected.map(|(page, size)| PageRequest { page, size }), "{list:?}");
        }
    }

    #[test]
    fn a_uuid_has_one_spelling() {
        let spelled = "0a6d9a5e-6f0b-4b57-9c2e-0d6e3a1f2b3c";
        assert_eq!(uuid(spelled), Uuid::try_parse(spelled).ok());
        assert_eq!(uuid(&spelled.to_uppercase()), uuid(spelled));
        for other in [&spelled.replace('-', ""), &format!("{{{spelled}}}"), "", "x"] {
            assert_eq!(uuid(other), None, "{other}");
        }
    }
}
