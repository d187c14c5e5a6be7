package dev.cloakroom;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The operations of the engine that a {@link Session} calls. */
interface SessionOperations {

    EngineContext context();

    Flow<@Nullable Void> login(WorkingSession session, String principal, Persistence persistence);

    Flow<@Nullable Void> logout(WorkingSession session);

    Flow<@Nullable Void> renewId(WorkingSession session);

    <T> Flow<T> refresh(
            WorkingSession session,
            Attribute<T> attribute,
            Predicate<? super T> isStale,
            Function<@Nullable T, Flow<T>> refresher);

    String csrfToken(WorkingSession session);

    boolean isCsrfToken(WorkingSession session, String token);

    /** Runs a flow on the caller's thread. */
    <T extends @Nullable Object> T await(Flow<T> flow);

    /** Runs a flow without blocking. */
    <T extends @Nullable Object> CompletionStage<T> start(Supplier<Flow<T>> flow);
}
