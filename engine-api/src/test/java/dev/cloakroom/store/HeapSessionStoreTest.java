package dev.cloakroom.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.testing.Concurrently;
import dev.cloakroom.testing.Effort;
import dev.cloakroom.testing.SessionStoreContract;
import dev.cloakroom.testing.SessionStoreOperations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jol.info.GraphLayout;

class HeapSessionStoreTest extends SessionStoreContract {

    private static final PrincipalKey ADA = new PrincipalKey(1, 1);

    @Override
    protected SessionStore newStore() {
        return HeapSessionStore.create();
    }

    @Override
    protected Class<? extends SessionStoreOperations> operations() {
        return Operations.class;
    }

    /** What Lincheck runs. */
    public static final class Operations extends SessionStoreOperations {
        /** Works on a store of its own. */
        public Operations() {
            super(HeapSessionStore.builder().maxSessions(100).build());
        }
    }

    @Tag("long")
    @Test
    void operations_modelChecked_linearizable() {
        new ModelCheckingOptions()
                .iterations(Effort.times(2))
                .invocationsPerIteration(300)
                .threads(2)
                .actorsPerThread(3)
                .check(Operations.class);
    }

    @Test
    void bound_notPositive_refused() {
        assertThatThrownBy(() -> HeapSessionStore.builder().maxSessions(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0");
        assertThatThrownBy(() -> HeapSessionStore.builder().maxBytes(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxBytes");
    }

    @Test
    void bound_setTwice_refused() {
        HeapSessionStore.Builder builder =
                HeapSessionStore.builder().maxSessions(1).maxBytes(1);

        assertThatThrownBy(() -> builder.maxSessions(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder.maxBytes(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void maxBytes_unset_aQuarterOfTheHeap() {
        HeapSessionStore store = HeapSessionStore.create();

        assertThat(store.maxBytes()).isEqualTo(Runtime.getRuntime().maxMemory() / 4);
        assertThat(store.maxSessions()).isEqualTo(Long.MAX_VALUE);
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
        return HeapSessionStore.builder().maxSessions(sessions).build();
    }

    // The bound in bytes

    private static HeapSessionStore boundedBytes(long bytes) {
        return HeapSessionStore.builder().maxBytes(bytes).build();
    }

    private SessionRecord sized(@Nullable PrincipalKey principal, int bytes) {
        return first(newKey(), principal, "x".repeat(bytes));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 16, 240})
    void insert_anonymousFloodInASmallHeap_evictsAndNeverRunsOutOfMemory(int kibibytes) throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Flood.class.getName(),
                        "" + kibibytes)
                .redirectErrorStream(true)
                .start();
        try {
            String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(child.waitFor()).as(said).isZero();
            assertThat(said).contains("evicted");
        } finally {
            child.destroyForcibly();
        }
    }

    /** Gives the default store four times the heap's size of anonymous sessions. */
    static final class Flood {

        private Flood() {}

        /** Takes the size of a session in KiB. */
        public static void main(String[] arguments) {
            int size = Integer.parseInt(arguments[0]) * 1024;
            HeapSessionStore store = HeapSessionStore.create();
            AtomicInteger evicted = new AtomicInteger();
            store.onEviction(record -> evicted.incrementAndGet());
            Random random = new Random(1);
            long sessions = 4 * Runtime.getRuntime().maxMemory() / size;
            for (long i = 0; i < sessions; i++) {
                SessionKey key = new SessionKey(random.nextLong(), random.nextLong());
                store.insert(new SessionRecord(key, 1, i, i, 60_000, Long.MAX_VALUE, null, new byte[size]));
            }
            if (evicted.get() == 0 || store.bytes() > store.maxBytes()) {
                throw new AssertionError(evicted + " evicted, " + store.bytes() + " bytes of " + store.maxBytes());
            }
            System.out.println(evicted + " evicted");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 200", "0, 1024", "0, 16384", "1, 200", "1, 1024", "5, 300", "50, 300"})
    void bytes_sessionsOfAnySize_nearWhatJolMeasures(int perPrincipal, int size) {
        HeapSessionStore store = HeapSessionStore.builder()
                .maxBytes(Runtime.getRuntime().maxMemory())
                .build();
        int sessions = 2_000_000 / (size + 500);
        long empty = GraphLayout.parseInstance(store).totalSize();
        for (int i = 0; i < sessions; i++) {
            PrincipalKey principal =
                    perPrincipal == 0 ? null : new PrincipalKey(i / perPrincipal * 0x9E3779B97F4A7C15L, 0);
            store.insert(sized(principal, size));
        }

        long measured = GraphLayout.parseInstance(store).totalSize() - empty;

        assertThat((double) store.bytes()).isBetween(measured * 0.95, measured * 1.05);
    }

    @Test
    void insert_largeAmongManySmall_evictsAsManyAsItNeeds() {
        HeapSessionStore store = boundedBytes(1 << 20);
        List<SessionRecord> evicted = new ArrayList<>();
        store.onEviction(evicted::add);
        for (int i = 0; i < 3_000; i++) {
            store.insert(sized(null, 200));
        }
        SessionRecord loggedIn = sized(ADA, 200);
        store.insert(loggedIn);
        evicted.clear();

        SessionRecord large = sized(null, 500_000);
        assertThat(store.insert(large)).isTrue();

        assertThat(store.bytes()).isLessThanOrEqualTo(1 << 20);
        assertThat(evicted).hasSizeBetween(1_000, 2_000).doesNotContain(large, loggedIn);
        assertThat(store.load(large.key())).isEqualTo(large);
        assertThat(store.load(loggedIn.key())).isEqualTo(loggedIn);
    }

    @Test
    void insert_anonymousTooFewForIt_evictsNoneAndStatesLimitAndSize() {
        HeapSessionStore store = boundedBytes(100_000);
        SessionRecord anonymous = sized(null, 1_000);
        store.insert(anonymous);
        for (int i = 0; i < 8; i++) {
            store.insert(sized(ADA, 10_000));
        }
        long before = store.bytes();

        assertThatThrownBy(() -> store.insert(sized(ADA, 30_000)))
                .isInstanceOf(StoreFullException.class)
                .hasMessageContaining("100000")
                .hasMessageContaining("" + before)
                .hasMessageContaining("maxBytes");

        assertThat(store.load(anonymous.key())).isEqualTo(anonymous);
        assertThat(store.bytes()).isEqualTo(before);
        assertThat(store.size()).isEqualTo(9);
    }

    @Test
    void insert_largerThanTheBound_refusedWithBothSizes() {
        HeapSessionStore store = boundedBytes(10_000);

        assertThatThrownBy(() -> store.insert(sized(null, 20_000)))
                .isInstanceOfSatisfying(RecordTooLargeException.class, e -> {
                    assertThat(e.limit()).isEqualTo(10_000);
                    assertThat(e.actual()).isBetween(20_000L, 20_200L);
                })
                .hasMessageContaining("10000");
        assertThat(store.bytes()).isZero();
    }

    @Test
    void replace_growsBeyondTheBound_evictsOthersButNotItself() {
        HeapSessionStore store = boundedBytes(20_000);
        List<SessionRecord> evicted = new ArrayList<>();
        store.onEviction(evicted::add);
        SessionRecord growing = sized(null, 8_000);
        SessionRecord other = sized(null, 8_000);
        store.insert(growing);
        store.insert(other);

        SessionRecord grown = next(growing, null, "x".repeat(14_000));
        assertThat(store.replace(grown)).isTrue();

        assertThat(evicted).containsExactly(other);
        assertThat(store.load(growing.key())).isEqualTo(grown);
        assertThat(store.anonymousSessions()).isEqualTo(1);
        assertThat(store.bytes()).isBetween(14_000L, 14_300L);
    }

    @Test
    void replace_growsWithNothingToEvict_refusedWithTheOldRecordWhole() {
        HeapSessionStore store = boundedBytes(20_000);
        SessionRecord growing = sized(null, 8_000);
        store.insert(growing);
        store.insert(sized(ADA, 8_000));
        long before = store.bytes();

        assertThatThrownBy(() -> store.replace(next(growing, null, "x".repeat(14_000))))
                .isInstanceOf(StoreFullException.class);
        assertThatThrownBy(() -> store.replace(next(growing, ADA, "x".repeat(14_000))))
                .isInstanceOf(StoreFullException.class);

        assertThat(store.load(growing.key())).isEqualTo(growing);
        assertThat(store.byPrincipal(ADA)).hasSize(1);
        assertThat(store.bytes()).isEqualTo(before);
    }

    @Tag("long")
    @Test
    void bytes_anyMixOfWritesAtTheBound_zeroWhenAllAreGone() {
        HeapSessionStore store = boundedBytes(200_000);
        PrincipalKey bob = new PrincipalKey(2, 2);

        Concurrently.run(4, thread -> {
            Random random = new Random(thread);
            for (int i = 0; i < 5_000; i++) {
                SessionRecord record = first(
                        new SessionKey(random.nextLong(), thread), random.nextBoolean() ? ADA : null, "x".repeat(200));
                try {
                    store.insert(record);
                    SessionRecord next =
                            next(record, random.nextBoolean() ? bob : null, "x".repeat(random.nextInt(5_000)));
                    store.replace(next);
                    store.replace(next(next, random.nextBoolean() ? ADA : null, "coat"));
                } catch (StoreFullException e) {
                    assertThat(e).hasMessageContaining("200000");
                }
                if (random.nextInt(10) > 0) {
                    store.delete(record.key());
                }
                assertThat(store.bytes()).isLessThan(200_000 + 4 * 6_000);
            }
            return null;
        });

        while (store.size() > 0) {
            store.sweep(Long.MAX_VALUE, 1_000, record -> {});
        }
        assertThat(store.bytes()).isZero();
        assertThat(store.anonymousSessions()).isZero();
    }
}
