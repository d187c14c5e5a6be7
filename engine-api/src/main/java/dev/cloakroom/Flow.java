package dev.cloakroom;

import dev.cloakroom.store.AsyncSessionStore;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStore;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An algorithm that stops at each action that takes time, and returns that action. The algorithm is written once.
 * {@link #await} runs it and blocks the caller at each stop. {@link #start} runs it and never blocks.
 *
 * <p>A flow is run once. It is not thread-safe: one thread at a time continues it.
 *
 * @param <T> the type of the result
 */
/*
 * Why not CompletionStage alone. A blocking call over stages would build a chain of futures only to wait for it. It
 * would run a retry loop as a recursion. It could not use a store's blocking methods, which have their own deadlines. A
 * flow is data: either a result, or one action and the function that makes the rest of the flow from the action's
 * result. So both drivers are loops, and the stack does not grow with the number of retries.
 *
 * then() appends to the rest of a stopped flow. Each stop carries a constant number of appended functions, those of the
 * algorithms around it.
 */
abstract sealed class Flow<T extends @Nullable Object> {

    private Flow() {}

    /** An action that takes time, in both forms. */
    private interface Action<R extends @Nullable Object> {

        /** Runs the action on the caller's thread. */
        R block(SessionStore store);

        /** Starts the action without blocking. */
        CompletionStage<R> start(SessionStore store);
    }

    /** A call of the store. A store without asynchronous methods is called on the caller's thread in both forms. */
    private record Call<R extends @Nullable Object>(
            Function<SessionStore, R> call, Function<AsyncSessionStore, CompletionStage<R>> callAsync)
            implements Action<R> {

        @Override
        public R block(SessionStore store) {
            return call.apply(store);
        }

        @Override
        public CompletionStage<R> start(SessionStore store) {
            return store instanceof AsyncSessionStore async
                    ? callAsync.apply(async)
                    : CompletableFuture.completedFuture(call.apply(store));
        }
    }

    /** A pause. */
    private record Pause(long nanos) implements Action<@Nullable Void> {

        @Override
        public @Nullable Void block(SessionStore store) {
            LockSupport.parkNanos(nanos);
            return null;
        }

        @Override
        public CompletionStage<@Nullable Void> start(SessionStore store) {
            return CompletableFuture.<@Nullable Void>supplyAsync(
                    () -> null, CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS));
        }
    }

    /** The result of another stage. */
    private record Join<R extends @Nullable Object>(CompletionStage<R> stage, String interrupted) implements Action<R> {

        @Override
        public R block(SessionStore store) {
            try {
                return stage.toCompletableFuture().get();
            } catch (ExecutionException e) {
                throw sneaky(unwrapped(e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupted, e);
            }
        }

        @Override
        public CompletionStage<R> start(SessionStore store) {
            return stage;
        }
    }

    private static final class Done<T extends @Nullable Object> extends Flow<T> {
        private final T value;

        Done(T value) {
            this.value = value;
        }

        @Override
        <R extends @Nullable Object> Flow<R> then(Function<? super T, Flow<R>> next) {
            return next.apply(value);
        }

        @Override
        Flow<T> onFailure(Function<Throwable, Flow<T>> handler) {
            return this;
        }
    }

    private static final class Stop<A extends @Nullable Object, T extends @Nullable Object> extends Flow<T> {
        private final Action<A> action;
        private final Function<? super A, Flow<T>> rest;
        private final @Nullable Function<Throwable, Flow<T>> failed;

        Stop(Action<A> action, Function<? super A, Flow<T>> rest, @Nullable Function<Throwable, Flow<T>> failed) {
            this.action = action;
            this.rest = rest;
            this.failed = failed;
        }

        @Override
        <R extends @Nullable Object> Flow<R> then(Function<? super T, Flow<R>> next) {
            Function<Throwable, Flow<T>> handler = failed;
            return new Stop<>(
                    action,
                    result -> rest.apply(result).then(next),
                    handler == null ? null : failure -> handler.apply(failure).then(next));
        }

        @Override
        Flow<T> onFailure(Function<Throwable, Flow<T>> outer) {
            Function<Throwable, Flow<T>> inner = failed;
            return new Stop<>(
                    action,
                    result -> guard(() -> rest.apply(result), outer),
                    inner == null ? outer : failure -> guard(() -> inner.apply(failure), outer));
        }

        /** Continues after a failure of the action. Throws the failure if the flow does not handle it. */
        Flow<T> failed(Throwable failure) {
            if (failed == null) {
                throw sneaky(failure);
            }
            return failed.apply(failure);
        }

        Flow<T> goOnBlocking(SessionStore store) {
            A result;
            try {
                result = action.block(store);
            } catch (Throwable failure) {
                return failed(failure);
            }
            return rest.apply(result);
        }

        CompletableFuture<A> begin(SessionStore store) {
            try {
                return action.start(store).toCompletableFuture();
            } catch (Throwable failure) {
                return CompletableFuture.failedFuture(failure);
            }
        }

        Flow<T> goOn(CompletableFuture<A> done) {
            A result;
            try {
                result = done.join();
            } catch (CompletionException | CancellationException failure) {
                return failed(unwrapped(failure));
            }
            return rest.apply(result);
        }
    }

    /** Returns a completed flow with a result. */
    static <T extends @Nullable Object> Flow<T> done(T value) {
        return new Done<>(value);
    }

    /** Returns a completed flow without a result. */
    static Flow<@Nullable Void> done() {
        return new Done<>(null);
    }

    /** Returns a flow of one action. */
    private static <T extends @Nullable Object> Flow<T> of(Action<T> action) {
        return new Stop<T, T>(action, Flow::done, null);
    }

    /** Returns this flow followed by the flow that a function makes of its result. */
    abstract <R extends @Nullable Object> Flow<R> then(Function<? super T, Flow<R>> next);

    /** Returns this flow with a handler of failures from its first stop on. */
    abstract Flow<T> onFailure(Function<Throwable, Flow<T>> handler);

    /** Returns the flow of a supplier with a handler of all failures, including those of the supplier. */
    static <T extends @Nullable Object> Flow<T> guard(Supplier<Flow<T>> maker, Function<Throwable, Flow<T>> handler) {
        Flow<T> made;
        try {
            made = maker.get();
        } catch (Throwable failure) {
            return handler.apply(failure);
        }
        return made.onFailure(handler);
    }

    /** Returns a flow that fails. */
    static <T extends @Nullable Object> Flow<T> fail(Throwable failure) {
        throw sneaky(failure);
    }

    /** Runs a flow on the caller's thread, which blocks until the flow has its result. */
    static <T extends @Nullable Object> T await(Flow<T> flow, SessionStore store) {
        Flow<T> rest = flow;
        while (rest instanceof Stop<?, T> stop) {
            rest = stop.goOnBlocking(store);
        }
        return ((Done<T>) rest).value;
    }

    /** Runs a flow without blocking. Failures arrive through the stage. */
    static <T extends @Nullable Object> CompletionStage<T> start(Supplier<Flow<T>> maker, SessionStore store) {
        try {
            return goOn(maker.get(), store);
        } catch (Throwable failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    private static <T extends @Nullable Object> CompletionStage<T> goOn(Flow<T> flow, SessionStore store) {
        Flow<T> rest = flow;
        while (rest instanceof Stop<?, T> stop) {
            Started<?, T> started = Started.of(stop, store);
            if (!started.isDone()) {
                return started.later(store);
            }
            rest = started.rest();
        }
        return CompletableFuture.completedFuture(((Done<T>) rest).value);
    }

    /** A started action. */
    private record Started<A extends @Nullable Object, T extends @Nullable Object>(
            Stop<A, T> stop, CompletableFuture<A> action) {

        static <A extends @Nullable Object, T extends @Nullable Object> Started<A, T> of(
                Stop<A, T> stop, SessionStore store) {
            return new Started<>(stop, stop.begin(store));
        }

        boolean isDone() {
            return action.isDone();
        }

        Flow<T> rest() {
            return stop.goOn(action);
        }

        CompletionStage<T> later(SessionStore store) {
            return action.handle((result, failure) -> rest()).thenCompose(rest -> goOn(rest, store));
        }
    }

    // The actions

    static Flow<@Nullable SessionRecord> load(SessionKey key) {
        return of(new Call<@Nullable SessionRecord>(store -> store.load(key), store -> store.loadAsync(key)));
    }

    static Flow<Boolean> insert(SessionRecord record) {
        return of(new Call<>(store -> store.insert(record), store -> store.insertAsync(record)));
    }

    static Flow<Boolean> replace(SessionRecord record) {
        return of(new Call<>(store -> store.replace(record), store -> store.replaceAsync(record)));
    }

    static Flow<Boolean> touch(SessionKey key, long instant) {
        return of(new Call<>(store -> store.touch(key, instant), store -> store.touchAsync(key, instant)));
    }

    static Flow<Boolean> delete(SessionKey key) {
        return of(new Call<>(store -> store.delete(key), store -> store.deleteAsync(key)));
    }

    static Flow<List<SessionRecord>> byPrincipal(PrincipalKey principal) {
        return of(new Call<>(store -> store.byPrincipal(principal), store -> store.byPrincipalAsync(principal)));
    }

    /** Returns a flow that waits. */
    static Flow<@Nullable Void> pause(long nanos) {
        return of(new Pause(nanos));
    }

    /**
     * Returns a flow that waits for a stage.
     *
     * @param interrupted the message of the exception if the waiting thread is interrupted
     */
    static <T extends @Nullable Object> Flow<T> join(CompletionStage<T> stage, String interrupted) {
        return of(new Join<>(stage, interrupted));
    }

    /** Returns the failure that a stage or future wrapped. */
    static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause != null && (failure instanceof CompletionException || failure instanceof ExecutionException)
                ? cause
                : failure;
    }

    /** Throws a failure unchanged, because a flow passes on the exceptions of stores, listeners and refreshers. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <E extends Throwable> RuntimeException sneaky(Throwable failure) throws E {
        throw (E) failure;
    }
}
