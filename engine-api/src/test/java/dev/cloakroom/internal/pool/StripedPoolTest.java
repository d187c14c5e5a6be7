package dev.cloakroom.internal.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.testkit.Concurrently;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StripedPoolTest {

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
}
