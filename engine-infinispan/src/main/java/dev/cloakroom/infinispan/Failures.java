package dev.cloakroom.infinispan;

import dev.cloakroom.store.StoreUnavailableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.infinispan.commons.CacheException;
import org.infinispan.commons.IllegalLifecycleStateException;
import org.infinispan.commons.TimeoutException;
import org.infinispan.partitionhandling.AvailabilityException;
import org.jspecify.annotations.Nullable;

/** Translates Infinispan's failures. An answer that cannot be had never means that there is no session. */
final class Failures {

    private Failures() {}

    /** Runs something asynchronous whose failures, however they come, arrive through the stage as a store's. */
    static <T extends @Nullable Object> CompletionStage<T> translated(Supplier<CompletionStage<T>> call) {
        CompletionStage<T> stage;
        try {
            stage = call.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(translate(e));
        }
        CompletableFuture<T> future = stage.toCompletableFuture();
        if (future.isDone() && !future.isCompletedExceptionally()) {
            return future;
        }
        return stage.handle((result, failure) -> {
            if (failure != null) {
                throw new CompletionException(translate(failure));
            }
            return result;
        });
    }

    /** Waits for what {@link #translated} has started. */
    static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw translate(e);
        }
    }

    static RuntimeException translate(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof AvailabilityException) {
            return new StoreUnavailableException(
                    "too few nodes of the cluster are here, and the others may be serving this session: if they are dead,"
                            + " call forceAvailable() on a node that is left; if the network is down, mend it",
                    cause);
        }
        if (cause instanceof TimeoutException) {
            return new StoreUnavailableException(
                    "a node of the cluster did not answer in time; if it hangs, the others go on without it within 15 s",
                    cause);
        }
        if (cause instanceof IllegalLifecycleStateException) {
            return new StoreUnavailableException("the cache is not running", cause);
        }
        if (cause instanceof CacheException) {
            return new StoreUnavailableException("the cluster could not answer", cause);
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
    }
}
