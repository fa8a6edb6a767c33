//! Handlers: plain async functions over a decoded event.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::delivery::Delivery;
use super::incoming::{ConsumedEvent, Incoming, ReadMessageError};
use super::settle::{IntoSettle, Settle};
use crate::event::Event;
use crate::tolerated::Tolerated;

/// A plain async function over an event: `async fn(OrderPlaced, &Delivery)`, `async |order: OrderPlaced, about: &Delivery| {..}`,
/// or a closure that takes a [`Delivery`] by value, `move |order: OrderPlaced, about: Delivery| async move {..}`. What it
/// returns settles the event, see [`IntoSettle`]. A closure that owns state must take the `Delivery` by value, and clone the
/// state (an `Arc`, a pool) before its `async move`.
///
/// `M` tells these forms apart; the compiler infers it.
#[diagnostic::on_unimplemented(
    message = "this is not a handler of `{E}`",
    note = "a handler is `async fn(E, &Delivery) -> Result<(), Error>`, where `Error` implements `HandlerError`, and its future is `Send`",
    note = "a closure that owns state takes the `Delivery` by value: `move |event: E, about: Delivery| {{ let pool = pool.clone(); async move {{ .. }} }}`"
)]
pub trait Handler<E, M>: Send + Sync + 'static {
    /// Handles an event.
    fn handle<'a>(&'a self, event: E, about: &'a Delivery) -> Handling<'a>;

    /// How many events it needs at once.
    fn gathers(&self) -> usize {
        1
    }
}

/// A handler at work.
pub type Handling<'a> = Pin<Box<dyn Future<Output = Settle> + Send + 'a>>;

/// The form of a [`Handler`] that borrows the [`Delivery`].
#[derive(Debug)]
pub struct Borrowing<R>(std::marker::PhantomData<R>);

/// The form of a [`Handler`] that takes the [`Delivery`] by value.
#[derive(Debug)]
pub struct Owning<F>(std::marker::PhantomData<F>);

/// A function whose future may borrow the [`Delivery`].
pub trait BorrowingFn<'a, E>: Send + Sync + 'static {
    /// What it returns.
    type Output;
    /// Its future.
    type Future: Future<Output = Self::Output> + Send + 'a;
    /// Calls it.
    fn call(&self, event: E, about: &'a Delivery) -> Self::Future;
}

impl<'a, E, F, T> BorrowingFn<'a, E> for F
where
    F: Fn(E, &'a Delivery) -> T + Send + Sync + 'static,
    T: Future + Send + 'a,
{
    type Output = T::Output;
    type Future = T;

    fn call(&self, event: E, about: &'a Delivery) -> T {
        self(event, about)
    }
}

impl<E, F, R> Handler<E, Borrowing<R>> for F
where
    F: for<'a> BorrowingFn<'a, E, Output = R>,
    R: IntoSettle + 'static,
{
    fn handle<'a>(&'a self, event: E, about: &'a Delivery) -> Handling<'a> {
        let handling = self.call(event, about);
        Box::pin(async move { handling.await.into_settle() })
    }
}

impl<E, F, T> Handler<E, Owning<T>> for F
where
    F: Fn(E, Delivery) -> T + Send + Sync + 'static,
    T: Future + Send + 'static,
    T::Output: IntoSettle,
{
    fn handle<'a>(&'a self, event: E, about: &'a Delivery) -> Handling<'a> {
        let handling = self(event, about.clone());
        Box::pin(async move { handling.await.into_settle() })
    }
}

/// A handler of an event of any type.
pub(super) trait AnyHandler: Send + Sync {
    /// Decodes the event and starts handling it.
    fn start<'a>(
        &'a self,
        events: &[ConsumedEvent],
        incoming: &Incoming<'_>,
        about: &'a Delivery,
    ) -> Result<Handling<'a>, ReadMessageError>;

    /// Like [`AnyHandler::start`], for what borrows nothing. The handler is called when the future is polled.
    fn start_owned(
        self: Arc<Self>,
        events: &[ConsumedEvent],
        incoming: &Incoming<'_>,
        about: Delivery,
    ) -> Result<Handling<'static>, ReadMessageError>;

    /// How many events it needs at once.
    fn gathers(&self) -> usize;
}

/// A handler, with the type of its event.
pub(super) struct Typed<E, M, H> {
    handler: H,
    form: std::marker::PhantomData<fn(E, M)>,
}

impl<E, M, H> Typed<E, M, H> {
    pub(super) fn new(handler: H) -> Self {
        Self { handler, form: std::marker::PhantomData }
    }
}

impl<E: Event + 'static, M: 'static, H: Handler<E, M>> AnyHandler for Typed<E, M, H> {
    fn start<'a>(
        &'a self,
        events: &[ConsumedEvent],
        incoming: &Incoming<'_>,
        about: &'a Delivery,
    ) -> Result<Handling<'a>, ReadMessageError> {
        let Tolerated { event, unknown } = incoming.read::<E>(events)?;
        about.did_not_know(unknown);
        Ok(self.handler.handle(event, about))
    }

    fn start_owned(
        self: Arc<Self>,
        events: &[ConsumedEvent],
        incoming: &Incoming<'_>,
        about: Delivery,
    ) -> Result<Handling<'static>, ReadMessageError> {
        let Tolerated { event, unknown } = incoming.read::<E>(events)?;
        about.did_not_know(unknown);
        Ok(Box::pin(async move { self.handler.handle(event, &about).await }))
    }

    fn gathers(&self) -> usize {
        self.handler.gathers()
    }
}

/// Marks an event of a service whose handler is missing. For generated code.
#[derive(Debug)]
pub struct Missing<E>(std::marker::PhantomData<fn(E)>);

/// Marks an event of a service that has a handler. For generated code.
#[derive(Debug)]
pub struct Handled;

/// An event of a service has its handler. For generated code.
#[diagnostic::on_unimplemented(
    message = "the reader has no handler for an event that its service consumes: `{Self}`",
    label = "this reader is not complete",
    note = "call the reader's method `on_..` of that event before `run`"
)]
pub trait IsHandled {}

impl IsHandled for Handled {}
