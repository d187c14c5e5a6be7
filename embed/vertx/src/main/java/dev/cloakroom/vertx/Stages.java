package dev.cloakroom.vertx;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Turns the engine's stages into futures of the caller's context. */
final class Stages {

    private Stages() {}

    /** Returns a future that completes on the caller's context, and fails with what the engine threw. */
    static <T extends @Nullable Object> Future<T> toFuture(Vertx vertx, CompletionStage<T> stage) {
        return Future.fromCompletionStage(stage, vertx.getOrCreateContext())
                .recover(failure -> Future.failedFuture(unwrapped(failure)));
    }

    /** Returns the failure that a stage wrapped. */
    static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
