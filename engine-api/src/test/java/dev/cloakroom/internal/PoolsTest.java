package dev.cloakroom.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.KeyRotation;
import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.KeyState;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.testkit.Concurrently;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is made once and used again: pooled objects, and what is derived from keys. */
class PoolsTest {

    @Test
    void pool_oneThread_getsTheSameAgain() {
        StripedPool<Object> pool = new StripedPool<>(Object::new);
        Object first = pool.take();
        Object second = pool.take();
        assertThat(second).isNotSameAs(first);

        pool.give(first);

        assertThat(pool.take()).isSameAs(first);
        assertThat(pool.take()).isNotSameAs(first);
    }

    @Test
    void pool_manyThreads_nobodySharesAnObject() {
        AtomicInteger made = new AtomicInteger();
        StripedPool<AtomicBoolean> pool = new StripedPool<>(() -> {
            made.incrementAndGet();
            return new AtomicBoolean();
        });

        List<Boolean> alone = Concurrently.run(8, thread -> {
            boolean fine = true;
            for (int i = 0; i < 20_000; i++) {
                AtomicBoolean taken = pool.take();
                fine &= taken.compareAndSet(false, true);
                fine &= taken.compareAndSet(true, false);
                pool.give(taken);
            }
            return fine;
        });

        assertThat(alone).containsOnly(true);
        assertThat(made.get()).isBetween(1, 8 * 20_000 / 2);
    }

    @Test
    void derivedKeys_sameRing_derivesOnce() {
        AtomicInteger derived = new AtomicInteger();
        KeyRing ring = KeyRing.random();
        DerivedKeys<Integer> keys = new DerivedKeys<>(ring, key -> true, key -> derived.incrementAndGet());
        int id = ring.current().signer().id();

        assertThat(Objects.requireNonNull(keys.find(id, 0)).value()).isEqualTo(1);
        assertThat(keys.signer(0).value()).isEqualTo(1);
        assertThat(keys.all(0)).hasSize(1);
        assertThat(keys.find(~id, 0)).isNull();
        assertThat(derived).hasValue(1);
    }

    @Test
    void derivedKeys_ringChanges_derivesTheNewAlone() {
        AtomicInteger derived = new AtomicInteger();
        KeyRing ring = KeyRing.random();
        DerivedKeys<Integer> keys = new DerivedKeys<>(ring, key -> true, key -> derived.incrementAndGet());
        int old = keys.signer(0).key().id();

        ring.replace(KeyRotation.rotate(
                ring.current(), SigningKey.generate(KeyAlgorithm.BLAKE3), Instant.ofEpochMilli(1_000)));

        assertThat(keys.signer(0).value()).isEqualTo(2);
        assertThat(Objects.requireNonNull(keys.find(old, 0)).value()).isEqualTo(1);
        assertThat(Objects.requireNonNull(keys.find(old, 0)).key().state()).isInstanceOf(KeyState.Retired.class);
        assertThat(keys.all(0)).hasSize(2);
        assertThat(derived).hasValue(2);
    }

    @Test
    void derivedKeys_unsuitableOrNone_notThere() {
        KeyRing ring = KeyRing.random();
        DerivedKeys<Integer> none = new DerivedKeys<>(ring, key -> false, key -> 1);
        assertThat(none.find(ring.current().signer().id(), 0)).isNull();
        assertThatThrownBy(() -> none.signer(0)).isInstanceOf(IllegalStateException.class);

        ring.replace(KeySet.EMPTY);
        assertThatThrownBy(() -> new DerivedKeys<>(ring, key -> true, key -> 1).signer(0))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void utf8_halfASurrogatePair_refused() {
        assertThat(Utf8.encode("it", "a\u00e9\u20ac\uD83E\uDDE5"))
                .containsExactly(0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0xa7, 0xa5);
        for (String half : List.of("\ud800", "a\udc00b", "\ud83e")) {
            assertThatThrownBy(() -> Utf8.encode("the name", half))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the name");
        }
    }
}
