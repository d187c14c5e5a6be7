package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.store.HeapSessionStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Both drivers of a flow come to the same result. */
class FlowTest {

    private final HeapSessionStore store = HeapSessionStore.create();

    @AfterEach
    void close() {
        store.close();
    }

    /** Runs a flow both ways and returns its result. */
    private <T> T run(Supplier<Flow<T>> maker) {
        T blocking = Flow.await(maker.get(), store);
        CompletionStage<T> stage = Flow.start(maker, store);
        assertThat(stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join())
                .isEqualTo(blocking);
        return blocking;
    }

    private static Flow<Integer> later(int value) {
        return Flow.pause(1).then(done -> Flow.done(value));
    }

    private Flow<Integer> countTo(int limit, int reached) {
        return reached == limit
                ? Flow.done(reached)
                : Flow.join(CompletableFuture.completedFuture(reached + 1), "interrupted")
                        .then(next -> countTo(limit, next));
    }

    @Test
    void then_severalStops_passesResultsOn() {
        assertThat(this.<Integer>run(() -> later(1).then(one -> later(one + 1)).then(two -> Flow.done(two * 10))))
                .isEqualTo(20);
    }

    @Test
    void then_aHundredThousandStops_stackDoesNotGrow() {
        assertThat(this.<Integer>run(() -> countTo(100_000, 0).then(reached -> Flow.done(reached + 1))))
                .isEqualTo(100_001);
    }

    @Test
    void onFailure_actionFails_handled() {
        IllegalStateException failure = new IllegalStateException("broken");

        assertThat(this.<String>run(() -> Flow.<String>join(CompletableFuture.failedFuture(failure), "interrupted")
                        .then(value -> Flow.done("not reached"))
                        .onFailure(thrown -> Flow.done("handled " + thrown.getMessage()))))
                .isEqualTo("handled broken");
    }

    @Test
    void guard_restFails_handled() {
        assertThat(this.<String>run(() -> Flow.guard(
                        () -> later(1).then(one -> {
                            throw new IllegalStateException("broken");
                        }),
                        thrown -> Flow.done("handled"))))
                .isEqualTo("handled");
        assertThat(this.<String>run(() -> Flow.guard(
                        () -> {
                            throw new IllegalStateException("broken");
                        },
                        thrown -> Flow.done("handled"))))
                .isEqualTo("handled");
    }

    @Test
    void guard_whatComesAfterFails_notHandled() {
        Supplier<Flow<String>> flow = () -> Flow.guard(() -> later(1), thrown -> Flow.done(2))
                .then(value -> Flow.fail(new IllegalArgumentException("after the guard")));

        assertThatThrownBy(() -> Flow.await(flow.get(), store)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Flow.start(flow, store).toCompletableFuture().join())
                .hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void start_actionUnderWay_returnsAtOnceAndGoesOnLater() {
        CompletableFuture<Integer> other = new CompletableFuture<>();
        List<Integer> seen = new ArrayList<>();

        CompletionStage<Integer> stage = Flow.start(
                () -> Flow.join(other, "interrupted").then(value -> {
                    seen.add(value);
                    return Flow.done(value + 1);
                }),
                store);

        assertThat(stage.toCompletableFuture()).isNotDone();
        assertThat(seen).isEmpty();
        other.complete(1);
        assertThat(stage.toCompletableFuture()).isCompletedWithValue(2);
    }

    @Test
    void start_makerFails_failsThroughTheStage() {
        CompletionStage<Integer> stage = Flow.start(
                () -> {
                    throw new IllegalArgumentException("wrong");
                },
                store);

        assertThatThrownBy(() -> stage.toCompletableFuture().join()).hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void await_interruptedWhileJoining_saysWhatItWaitedFor() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> Flow.await(Flow.join(new CompletableFuture<>(), "interrupted while waiting"), store))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("interrupted while waiting");
        assertThat(Thread.interrupted()).isTrue();
    }
}
