package dev.cloakroom.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.testkit.Concurrently;
import dev.cloakroom.testkit.SessionStoreContract;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class HeapSessionStoreTest extends SessionStoreContract {

    private static final PrincipalKey ADA = new PrincipalKey(1, 1);

    @Override
    protected SessionStore newStore() {
        return HeapSessionStore.create();
    }

    @Test
    void maximumSessions_notPositive_refused() {
        assertThatThrownBy(() -> HeapSessionStore.builder().maximumSessions(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0");
    }

    @Test
    void insert_fullOfPrincipals_refusedAndNothingDropped() {
        HeapSessionStore store = bounded(10);
        List<SessionRecord> records = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            records.add(first(newKey(), ADA, "coat"));
            store.insert(records.get(i));
        }

        assertThatThrownBy(() -> store.insert(first(newKey(), null, "one more")))
                .isInstanceOf(StoreFullException.class)
                .hasMessageContaining("10");
        assertThatThrownBy(() -> store.insert(first(newKey(), ADA, "one more"))).isInstanceOf(StoreFullException.class);

        assertThat(store.size()).isEqualTo(10);
        assertThat(store.byPrincipal(ADA)).isEqualTo(records);
        store.delete(records.get(0).key());
        assertThat(store.insert(first(newKey(), ADA, "one more"))).isTrue();
    }

    @Test
    void insert_fullWithAnonymous_evictsOneAndTells() {
        HeapSessionStore store = bounded(10);
        List<SessionRecord> evicted = new ArrayList<>();
        store.onEviction(evicted::add);
        for (int i = 0; i < 9; i++) {
            store.insert(first(newKey(), ADA, "logged in"));
        }
        SessionRecord anonymous = first(newKey(), null, "anonymous");
        store.insert(anonymous);

        assertThat(store.insert(first(newKey(), ADA, "logged in"))).isTrue();

        assertThat(evicted).containsExactly(anonymous);
        assertThat(store.load(anonymous.key())).isNull();
        assertThat(store.size()).isEqualTo(10);
        assertThat(store.anonymousSessions()).isZero();
        assertThat(store.byPrincipal(ADA)).hasSize(10);
    }

    @Test
    void insert_keyInUseAtTheBound_nobodyMakesRoomForIt() {
        HeapSessionStore store = bounded(2);
        SessionRecord anonymous = first(newKey(), null, "anonymous");
        SessionRecord loggedIn = first(newKey(), ADA, "logged in");
        store.insert(anonymous);
        store.insert(loggedIn);

        assertThat(store.insert(first(loggedIn.key(), null, "again"))).isFalse();

        assertThat(store.load(anonymous.key())).isEqualTo(anonymous);
        assertThat(store.size()).isEqualTo(2);
    }

    @Test
    void insert_floodOfAnonymous_displacesItselfBeforeVisitorsWhoCameBack() {
        HeapSessionStore store = bounded(1_000);
        List<SessionKey> cameBack = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            SessionRecord visitor = first(newKey(), null, "visitor");
            store.insert(visitor);
            store.touch(visitor.key(), NOW + 1_000);
            cameBack.add(visitor.key());
        }
        SessionRecord loggedIn = first(newKey(), ADA, "logged in");
        store.insert(loggedIn);

        for (int i = 0; i < 20_000; i++) {
            store.insert(first(newKey(), null, "flood").touched(NOW));
        }

        assertThat(store.load(loggedIn.key())).isNotNull();
        assertThat(cameBack.stream().filter(key -> store.load(key) != null).count())
                .isGreaterThan(95);
        assertThat(store.size()).isEqualTo(1_000);
    }

    @Test
    void insert_byManyThreadsAtTheBound_neverBeyondItAndCountsExact() {
        HeapSessionStore store = bounded(50);
        AtomicInteger evicted = new AtomicInteger();
        store.onEviction(record -> evicted.incrementAndGet());

        List<Integer> inserted = Concurrently.run(4, thread -> {
            int count = 0;
            for (int i = 0; i < 2_000; i++) {
                SessionRecord record = first(new SessionKey(i, thread), i % 3 == 0 ? ADA : null, "coat");
                try {
                    assertThat(store.insert(record)).isTrue();
                    count++;
                    if (record.principal() != null) {
                        store.delete(record.key());
                        count--;
                    }
                } catch (StoreFullException e) {
                    assertThat(record).isNotNull();
                }
                assertThat(store.size()).isLessThanOrEqualTo(50 + 4);
            }
            return count;
        });

        int sum = inserted.stream().mapToInt(Integer::intValue).sum();
        assertThat(store.size()).isEqualTo(sum - evicted.get()).isLessThanOrEqualTo(50);
        assertThat(store.anonymousSessions()).isEqualTo(store.size());
        assertThat(store.byPrincipal(ADA)).isEmpty();
    }

    @Test
    void anonymousSessions_principalBoundAndUnbound_followed() {
        HeapSessionStore store = bounded(10);
        SessionRecord record = first(newKey(), null, "coat");
        store.insert(record);
        assertThat(store.anonymousSessions()).isEqualTo(1);

        SessionRecord bound = next(record, ADA, "coat");
        store.replace(bound);
        assertThat(store.anonymousSessions()).isZero();

        store.replace(next(bound, null, "coat"));
        assertThat(store.anonymousSessions()).isEqualTo(1);
    }

    @Tag("long")
    @Test
    void onEviction_whileLoggingIn_neverEvictsWhoLoggedIn() {
        for (int round = 0; round < 500; round++) {
            HeapSessionStore store = bounded(1);
            List<SessionRecord> evicted = Collections.synchronizedList(new ArrayList<>());
            store.onEviction(evicted::add);
            SessionRecord record = first(newKey(), null, "anonymous");
            store.insert(record);

            List<Boolean> done = Concurrently.all(thread -> store.replace(next(record, ADA, "logged in")), thread -> {
                try {
                    return store.insert(first(new SessionKey(1, 2), null, "another"));
                } catch (StoreFullException e) {
                    return false;
                }
            });

            boolean loggedIn = done.get(0);
            boolean displaced = done.get(1);
            assertThat(loggedIn).isNotEqualTo(displaced);
            assertThat(store.load(record.key()) != null).isEqualTo(loggedIn);
            assertThat(evicted).hasSize(displaced ? 1 : 0);
        }
    }

    private static HeapSessionStore bounded(long sessions) {
        return HeapSessionStore.builder().maximumSessions(sessions).build();
    }
}
