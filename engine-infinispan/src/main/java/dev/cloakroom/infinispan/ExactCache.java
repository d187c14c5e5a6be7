package dev.cloakroom.infinispan;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.infinispan.AdvancedCache;
import org.jspecify.annotations.Nullable;

/** A cache whose values are changed by comparing and setting, each change once. Nothing here blocks. */
/*
 * Infinispan's conditional commands are exact while the members stay the same. When an owner dies in the middle, the
 * command is sent again, and an owner that has applied it already sees a value that is not the expected one. It says
 * "done" if the value that it sees is equal to the new value. So every value has a unique token; without it, the second of
 * two writers of equal values would be told that it succeeded. If another writer has replaced the new value meanwhile, the
 * owner says "not done", which is wrong. So a writer that hears "not done" reads the value, and looks for its token among
 * the tokens of the last writes. It accepts the answer only if its token is missing.
 *
 * Only the token of the expected value is sent and compared.
 *
 * When the primary owner dies while it sends a new value to several others, some may have the value and others may never
 * get it. Then the value that a node reads may differ from the value that its writes are compared with. So a writer that
 * is refused, and reads the very value that it expected, asks the primary owner for the value: an insert returns the
 * present value. The writer goes on from that. If nothing is left to change, it writes that value once more, so that all
 * owners have it.
 */
final class ExactCache<K, V extends TokenedValue<V>> {

    private final AdvancedCache<K, V> cache;
    private final LongSupplier tokens;

    ExactCache(AdvancedCache<K, V> cache, LongSupplier tokens) {
        this.cache = cache;
        this.tokens = tokens;
    }

    /** What a change started from and what it made of that. */
    record Change<V>(V before, V after) {}

    /** Makes the next value from the present one and the token of the write. */
    interface Step<V> {
        /** Returns the next value, or null to leave it at the present one. */
        @Nullable
        V next(V present, long token);
    }

    // Infinispan does not say that its value may be null.
    @SuppressWarnings("NullAway")
    CompletionStage<@Nullable V> get(K key) {
        return cache.getAsync(key);
    }

    /** Adds a value under a key that has none. */
    CompletionStage<Boolean> insert(K key, Function<Tokens, V> first) {
        V value = first.apply(Tokens.first(tokens.getAsLong()));
        return putIfAbsent(key, value)
                .thenApply(present -> present == null
                        || present.tokens().contain(value.tokens().latest()));
    }

    /** Changes a value. Completes with null if there is no value, or the step returns null. */
    CompletionStage<Optional<Change<V>>> change(K key, Step<V> step) {
        return get(key).thenCompose(present -> change(key, present, step));
    }

    /**
     * Changes a value that was read before, perhaps long ago. If the step leaves that as it is, or it is not there any
     * more, the present value is read.
     */
    CompletionStage<Optional<Change<V>>> changeKnown(K key, V known, Step<V> step) {
        V next = step.next(known, tokens.getAsLong());
        return next == null ? change(key, step) : attempt(key, new Change<>(known, next), step);
    }

    private CompletionStage<Optional<Change<V>>> change(K key, @Nullable V present, Step<V> step) {
        V next = present == null ? null : step.next(present, tokens.getAsLong());
        if (present == null || next == null) {
            return CompletableFuture.completedStage(Optional.empty());
        }
        return attempt(key, new Change<>(present, next), step);
    }

    private CompletionStage<Optional<Change<V>>> attempt(K key, Change<V> change, Step<V> step) {
        return replace(key, change.before(), change.after())
                .thenCompose(done ->
                        done ? CompletableFuture.completedStage(Optional.of(change)) : lookAgain(key, change, step));
    }

    private CompletionStage<Optional<Change<V>>> lookAgain(K key, Change<V> attempted, Step<V> step) {
        return get(key).thenCompose(present -> {
            if (present != null && isOf(attempted, present)) {
                return CompletableFuture.completedStage(Optional.of(attempted));
            }
            return attempted.before().equals(present)
                    ? askPrimaryOwner(key, attempted, step)
                    : change(key, present, step);
        });
    }

    private static <V extends TokenedValue<V>> boolean isOf(Change<V> attempted, V present) {
        return present.tokens().contain(attempted.after().tokens().latest());
    }

    private CompletionStage<Optional<Change<V>>> askPrimaryOwner(K key, Change<V> attempted, Step<V> step) {
        return putIfAbsent(key, attempted.after()).thenCompose(present -> {
            if (present == null || isOf(attempted, present)) {
                return CompletableFuture.completedStage(Optional.of(attempted));
            }
            long token = tokens.getAsLong();
            return step.next(present, token) == null
                    ? replace(key, present, present.rewritten(token)).thenApply(again -> Optional.empty())
                    : change(key, present, step);
        });
    }

    // Infinispan does not say that its value may be null.
    @SuppressWarnings("NullAway")
    private CompletionStage<@Nullable V> putIfAbsent(K key, V value) {
        return cache.putIfAbsentAsync(key, value, value.lifespan(), TimeUnit.MILLISECONDS);
    }

    private CompletionStage<Boolean> replace(K key, V expected, V next) {
        return cache.replaceAsync(key, expected.expectation(), next, next.lifespan(), TimeUnit.MILLISECONDS);
    }

    /** Changes a value, or adds one if there is none. */
    CompletionStage<Void> changeOrInsert(K key, Function<Tokens, V> first, Step<V> step) {
        return change(key, step)
                .thenCompose(changed -> changed.isPresent()
                        ? CompletableFuture.<Void>completedStage(null)
                        : insert(key, first)
                                .thenCompose(inserted -> inserted
                                        ? CompletableFuture.<Void>completedStage(null)
                                        : changeOrInsert(key, first, step)));
    }
}
