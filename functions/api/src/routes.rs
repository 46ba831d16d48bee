//! Routes: an endpoint cannot be registered without saying what it takes to call it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::Method;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use groundplane_authority::Action;

use crate::contract::{Described, Retirement, Says, Sheet};
use crate::{Platform, System, Table, visit};

/// What it takes to call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Open,
    /// A verified token, whatever its roles.
    Anyone,
    /// A role that allows the action.
    Action(Action),
}

/// One endpoint.
#[derive(Debug, Clone)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, its parameters in braces; with the verb, where it has one.
    pub path: String,
    /// What it takes to call it.
    pub access: Access,
    /// What callers read about it.
    pub(crate) says: Says,
    /// What its handler's types say.
    pub(crate) describe: fn(&mut Sheet),
}

/// What stands after the last parameter of a path: `{id}:verb`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verb {
    pub(crate) name: &'static str,
    pub(crate) action: Action,
    pub(crate) says: Says,
}

/// How a request is let through to a handler.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Guard {
    /// Whatever the request says.
    One(Access, Option<Retirement>),
    /// By the verb at the end of the path, `{id}:verb`. Other verbs are not found.
    Verbs(&'static str, &'static [Verb]),
}

impl Guard {
    /// Until when what is asked for by this path is there.
    fn retirement(self, path: &str) -> Option<Retirement> {
        match self {
            Self::One(_, retirement) => retirement,
            Self::Verbs(_, verbs) => {
                let (_, asked) = path.rsplit_once(':')?;
                let mut verbs = verbs.iter();
                verbs.find(|verb| verb.name == asked)?.says.retirement
            }
        }
    }
}

/// The endpoints under construction.
pub(crate) struct Routes<T, S> {
    router: Router<Arc<Platform<T, S>>>,
    table: Vec<Route>,
}

impl<T, S> fmt::Debug for Routes<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routes")
            .field("table", &self.table)
            .finish()
    }
}

/// What the path of every endpoint begins with.
pub(crate) const ROOT: &str = "/v1";

/// Where requests that AWS has verified arrive: API Gateway takes one kind of proof per route.
pub(crate) const SIGNED: &str = "/v1/iam";

impl<T: Table, S: System> Routes<T, S> {
    pub(crate) fn new() -> Self {
        Self {
            router: Router::new(),
            table: Vec::new(),
        }
    }

    /// `GET`, for those who may do `action`.
    pub(crate) fn get<H, K, D>(self, path: &str, action: Action, says: Says, handler: H) -> Self
    where
        H: Handler<K, Arc<Platform<T, S>>> + Described<D>,
        K: 'static,
    {
        self.on(Method::GET, path, (Access::Action(action), says), handler)
    }

    /// `PUT`, for those who may do `action`.
    pub(crate) fn put<H, K, D>(self, path: &str, action: Action, says: Says, handler: H) -> Self
    where
        H: Handler<K, Arc<Platform<T, S>>> + Described<D>,
        K: 'static,
    {
        self.on(Method::PUT, path, (Access::Action(action), says), handler)
    }

    /// `POST`, for those who may do `action`.
    pub(crate) fn post<H, K, D>(self, path: &str, action: Action, says: Says, handler: H) -> Self
    where
        H: Handler<K, Arc<Platform<T, S>>> + Described<D>,
        K: 'static,
    {
        self.on(Method::POST, path, (Access::Action(action), says), handler)
    }

    /// `DELETE`, for those who may do `action`.
    pub(crate) fn delete<H, K, D>(self, path: &str, action: Action, says: Says, handler: H) -> Self
    where
        H: Handler<K, Arc<Platform<T, S>>> + Described<D>,
        K: 'static,
    {
        self.on(
            Method::DELETE,
            path,
            (Access::Action(action), says),
            handler,
        )
    }

    /// `POST` with a verb after the last parameter of the path, each verb for those who may do its
    /// action.
    pub(crate) fn verbs<H, K, D>(
        mut self,
        path: &'static str,
        verbs: &'static [Verb],
        handler: H,
    ) -> Self
    where
        H: Handler<K, Arc<Platform<T, S>>> + Described<D>,
        K: 'static,
    {
        self.table.extend(verbs.iter().map(|verb| Route {
            method: Method::POST,
            path: format!("{path}:{}", verb.name),
            access: Access::Action(verb.action),
            says: verb.says,
            describe: H::describe,
        }));
        let collection = path.rsplit_once('/').map_or(path, |(before, _)| before);
        let guard = Guard::Verbs(collection, verbs);
        self.guarded(MethodFilter::POST, path, Guarded { guard, handler })
    }

    /// `GET`, for everybody who has proved who they are.
    pub(crate) fn anyone<H, K, D>(self, path: &str, says: Says, handler: H) -> Self
    where
        H: Handler<K, Arc<Platform<T, S>>> + Described<D>,
        K: 'static,
    {
        self.on(Method::GET, path, (Access::Anyone, says), handler)
    }

    /// `GET`, for everybody.
    pub(crate) fn open<H, K, D>(self, path: &str, says: Says, handler: H) -> Self
    where
        H: Handler<K, Arc<Platform<T, S>>> + Described<D>,
        K: 'static,
    {
        self.on(Method::GET, path, (Access::Open, says), handler)
    }

    /// These and others.
    pub(crate) fn merge(mut self, others: Self) -> Self {
        self.table.extend(others.table);
        self.router = self.router.merge(others.router);
        self
    }

    /// Every endpoint.
    pub(crate) fn into_table(self) -> Vec<Route> {
        self.table
    }

    /// The router.
    pub(crate) fn into_router(self) -> Router<Arc<Platform<T, S>>> {
        self.router
    }

    // Inlined into the table, it would make one function of all handlers, which takes minutes to
    // optimise.
    #[inline(never)]
    fn on<H, K, D>(
        mut self,
        method: Method,
        path: &str,
        (access, says): (Access, Says),
        handler: H,
    ) -> Self
    where
        H: Handler<K, Arc<Platform<T, S>>> + Described<D>,
        K: 'static,
    {
        // INVARIANT: the methods above are those that filters know.
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        self.table.push(Route {
            method,
            path: path.to_owned(),
            access,
            says,
            describe: H::describe,
        });
        let guard = Guard::One(access, says.retirement);
        self.guarded(filter, path, Guarded { guard, handler })
    }

    #[inline(never)]
    fn guarded<H, K>(mut self, filter: MethodFilter, path: &str, guarded: Guarded<H>) -> Self
    where
        H: Handler<K, Arc<Platform<T, S>>>,
        K: 'static,
    {
        let signed = path.replacen(ROOT, SIGNED, 1);
        self.router = self
            .router
            .route(path, on(filter, guarded.clone()))
            .route(&signed, on(filter, guarded));
        self
    }
}

/// A handler that is reached through the gate alone.
#[derive(Debug, Clone)]
struct Guarded<H> {
    guard: Guard,
    handler: H,
}

impl<H, K, T: Table, S: System> Handler<K, Arc<Platform<T, S>>> for Guarded<H>
where
    H: Handler<K, Arc<Platform<T, S>>>,
{
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, platform: Arc<Platform<T, S>>) -> Self::Future {
        Box::pin(async move {
            let Self { guard, handler } = self;
            let retirement = guard.retirement(request.uri().path());
            let place = Arc::clone(&platform);
            let pass = move |request| handler.call(request, place);
            let mut response = visit::receive(guard, request, &platform, pass).await;
            if let Some(retirement) = retirement {
                retirement.announce(response.headers_mut());
            }
            response
        })
    }
}
