package dev.cloakroom.infinispan;

import dev.cloakroom.store.SessionKey;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The touches that this node has under way. A request does not wait for its touch, so a commit of the same request may
 * begin while the touch changes the entry. The commit would find another entry than it read, and would have to read and
 * compare again. It is quicker to let the commit wait for the touch.
 *
 * <p>Thread-safe.
 */
final class PendingTouches {

    private final ConcurrentMap<SessionKey, CompletionStage<Boolean>> touches = new ConcurrentHashMap<>();

    /** Notes a touch until it is done, and returns it. */
    CompletionStage<Boolean> add(SessionKey key, CompletionStage<Boolean> touch) {
        touches.put(key, touch);
        return touch.whenComplete((touched, failure) -> touches.remove(key, touch));
    }

    /** Runs a change at once, or after the touch of its session that is under way, whether that succeeds or not. */
    <T extends @Nullable Object> CompletionStage<T> whenTouched(SessionKey key, Supplier<CompletionStage<T>> change) {
        CompletionStage<Boolean> touch = touches.get(key);
        return touch == null
                ? change.get()
                : touch.handle((touched, failure) -> true).thenCompose(done -> change.get());
    }
}
