package dev.cloakroom.chronicle;

import static dev.cloakroom.chronicle.Sessions.ADA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.RecordTooLargeException;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.StoreFullException;
import dev.cloakroom.testing.Concurrently;
import dev.cloakroom.testing.Effort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens where room ends: at the bound on sessions, and when records are larger than was foreseen. */
class BoundsTest {

    /** By each of two threads, in each case: as few in the normal build as show the fill go up and down twice. */
    private static final int CHURN = Effort.times(1) == 1 ? 70_000 : Effort.times(250_000);

    private static final byte[] NOISE = new byte[1 << 20];

    static {
        new Random(9).nextBytes(NOISE);
    }

    private static final int LARGEST_DATA = Layout.LARGEST_RECORD - StoredSession.HEAD_LENGTH;

    @TempDir
    private Path directory;

    private ChronicleSessionStore store =
            ChronicleSessionStore.inMemory().maxSessions(10).build();

    private ChronicleSessionStore open(ChronicleSessionStore.Builder builder) {
        store.close();
        store = builder.build();
        return store;
    }

    @AfterEach
    void close() {
        store.close();
    }

    // The bound on sessions

    @Test
    void insert_fullOfPrincipals_refusedAndNothingDropped() {
        List<SessionRecord> records = IntStream.range(0, 10)
                .mapToObj(i -> Sessions.of(i, ADA, "coat"))
                .toList();
        assertThat(records).allMatch(store::insert);

        assertThatThrownBy(() -> store.insert(Sessions.of(10, null, "one more")))
                .isInstanceOf(StoreFullException.class)
                .hasMessageContaining("10");

        assertThat(store.size()).isEqualTo(10);
        assertThat(store.byPrincipal(ADA)).isEqualTo(records);
        store.delete(records.get(0).key());
        assertThat(store.insert(Sessions.of(10, ADA, "one more"))).isTrue();
    }

    @Test
    void insert_fullWithAnonymous_evictsOneEachTimeAndTells() {
        List<SessionRecord> evicted = new ArrayList<>();
        store.onEviction(evicted::add);
        IntStream.range(0, 7).forEach(i -> store.insert(Sessions.of(i, ADA, "logged in")));
        SessionRecord cameBack = Sessions.of(7, null, "came back");
        SessionRecord never = Sessions.of(8, null, "never came back");
        SessionRecord changed = Sessions.of(9, null, "changed");
        store.insert(cameBack);
        store.insert(never);
        store.insert(changed);
        store.touch(cameBack.key(), Sessions.NOW + 1);
        store.touch(changed.key(), Sessions.NOW + 2);

        assertThat(store.insert(Sessions.of(10, ADA, "logged in"))).isTrue();
        assertThat(store.insert(Sessions.of(11, ADA, "logged in"))).isTrue();

        assertThat(evicted).hasSize(2).allMatch(record -> record.principal() == null);
        assertThat(store.size()).isEqualTo(10);
        assertThat(store.anonymousSessions()).isEqualTo(1);
        assertThat(store.byPrincipal(ADA)).hasSize(9);
    }

    /** A listener is called outside of Chronicle's locks, which a thread cannot take twice for one key. */
    @Test
    void removal_listenerUsesTheStore_mayDoSo() {
        List<String> seen = new ArrayList<>();
        store.onEviction(record -> seen.add("evicted " + store.delete(record.key())));
        IntStream.range(0, 11).forEach(i -> store.insert(Sessions.of(i, null, "coat")));
        assertThat(store.sweep(Long.MAX_VALUE - 1, 1, record -> seen.add("swept " + store.delete(record.key()))))
                .isEqualTo(1);

        assertThat(seen).containsExactly("evicted false", "swept false");
    }

    @Test
    void insert_floodOfAnonymous_displacesItselfBeforeVisitorsWhoCameBack() {
        open(ChronicleSessionStore.inMemory().maxSessions(2_000));
        List<SessionKey> cameBack = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            SessionRecord visitor = Sessions.of(i, null, "visitor");
            store.insert(visitor);
            store.touch(visitor.key(), Sessions.NOW + 1_000);
            cameBack.add(visitor.key());
        }

        for (int i = 1_000; i < 20_000; i++) {
            store.insert(Sessions.of(i, null, "flood"));
        }

        assertThat(cameBack.stream().filter(key -> store.load(key) != null).count())
                .isGreaterThan(190);
        assertThat(store.size()).isEqualTo(2_000);
    }

    @Test
    void insert_byManyThreadsAtTheBound_neverBeyondItAndCountsExact() {
        open(ChronicleSessionStore.inMemory().maxSessions(50));
        AtomicInteger evicted = new AtomicInteger();
        store.onEviction(record -> evicted.incrementAndGet());

        List<Integer> inserted = Concurrently.run(4, thread -> {
            int count = 0;
            for (int i = 0; i < 1_000; i++) {
                try {
                    count += store.insert(Sessions.of(thread * 1_000_000L + i, i % 20 == 0 ? ADA : null, "coat"))
                            ? 1
                            : 0;
                } catch (StoreFullException e) {
                    assertThat(store.anonymousSessions()).isLessThanOrEqualTo(4);
                }
                assertThat(store.size()).isLessThanOrEqualTo(50 + 4);
            }
            return count;
        });

        int sum = inserted.stream().mapToInt(Integer::intValue).sum();
        assertThat(store.size()).isEqualTo(sum - evicted.get()).isLessThanOrEqualTo(50);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 1_000_000_001})
    void maxSessions_outOfRange_refused(long sessions) {
        assertThatThrownBy(() -> ChronicleSessionStore.inMemory().maxSessions(sessions))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("" + sessions);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 63, 65_537})
    void typicalSessionBytes_outOfRange_refused(int bytes) {
        assertThatThrownBy(() -> ChronicleSessionStore.inMemory().typicalSessionBytes(bytes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("" + bytes);
    }

    // The size of a record

    @Test
    void insert_largestRecord_takenAndReplaced() {
        SessionRecord largest = Sessions.of(1, null, new byte[LARGEST_DATA]);

        assertThat(store.insert(largest)).isTrue();
        assertThat(store.load(largest.key())).isEqualTo(largest);
        SessionRecord next = Sessions.next(largest, null, new byte[LARGEST_DATA]);
        assertThat(store.replace(next)).isTrue();
        assertThat(store.load(largest.key())).isEqualTo(next);
    }

    @Test
    void write_recordTooLarge_refusedWithNothingChanged() {
        SessionRecord small = Sessions.of(1, null, "coat");
        store.insert(small);

        assertThatThrownBy(() -> store.insert(Sessions.of(2, null, new byte[LARGEST_DATA + 1])))
                .isInstanceOf(RecordTooLargeException.class)
                .hasMessageContaining("limit");
        assertThatThrownBy(() -> store.replace(Sessions.next(small, null, new byte[LARGEST_DATA + 1])))
                .isInstanceOf(RecordTooLargeException.class);

        assertThat(store.load(small.key())).isEqualTo(small);
        assertThat(store.size()).isEqualTo(1);
    }

    @Test
    void insert_refusedAtTheBound_nobodyMakesRoomForIt() {
        open(ChronicleSessionStore.inMemory().maxSessions(2).typicalSessionBytes(128));
        SessionRecord one = Sessions.of(1, null, "anonymous");
        SessionRecord two = Sessions.of(2, ADA, "logged in");
        store.insert(one);
        store.insert(two);

        assertThat(store.insert(Sessions.of(2, null, "again"))).isFalse();
        assertThatThrownBy(() -> store.insert(Sessions.of(3, null, new byte[LARGEST_DATA + 1])))
                .isInstanceOf(RecordTooLargeException.class);

        assertThat(store.load(one.key())).isEqualTo(one);
        assertThat(store.load(two.key())).isEqualTo(two);
        assertThat(store.size()).isEqualTo(2);
    }

    @Test
    void insert_recordsThirtyTimesAsLongAsForeseen_allTaken() {
        open(ChronicleSessionStore.inMemory().maxSessions(20_000).typicalSessionBytes(128));
        byte[] data = new byte[4_000];

        for (int i = 0; i < 20_000; i++) {
            assertThat(store.insert(Sessions.of(i, i % 2 == 0 ? ADA : null, data)))
                    .isTrue();
        }

        assertThat(store.size()).isEqualTo(20_000);
        assertThat(store.byPrincipal(ADA)).hasSize(10_000);
    }

    // The end of space

    @Test
    void replace_growingWithoutRoom_oldRecordStaysWhole() {
        open(ChronicleSessionStore.inMemory().maxSessions(1_000).tiers(1));
        List<SessionRecord> records = new ArrayList<>();
        StoreFullException full = null;
        for (int i = 0; full == null; i++) {
            SessionRecord record = Sessions.of(i, new PrincipalKey(i, i), new byte[100_000]);
            try {
                store.insert(record);
                records.add(record);
            } catch (StoreFullException e) {
                full = e;
            }
        }
        assertThat(full).hasMessageContaining("space");

        int refused = 0;
        for (int i = 0; i < records.size(); i++) {
            SessionRecord record = records.get(i);
            SessionRecord larger = Sessions.next(record, new PrincipalKey(-1, i), new byte[900_000]);
            try {
                store.replace(larger);
                records.set(i, larger);
            } catch (StoreFullException e) {
                refused++;
                assertThat(store.byPrincipal(new PrincipalKey(-1, i))).isEmpty();
            }
        }

        assertThat(refused).isPositive();
        assertThat(records)
                .allSatisfy(record -> assertThat(store.load(record.key())).isEqualTo(record));
        assertThat(records)
                .allSatisfy(record -> assertThat(store.byPrincipal(Objects.requireNonNull(record.principal())))
                        .containsExactly(record));
        assertThat(store.size()).isEqualTo(records.size());
    }

    /**
     * Mixed sizes at 60 to 95 % of the space, with and without tiers to grow into: nothing but {@link
     * StoreFullException} happens, and every read is right. With {@code -Plong} ten million operations.
     */
    @Tag("long")
    @ParameterizedTest
    @CsvSource({"1, false", "64, false", "1, true", "64, true"})
    void churn_mixedSizes_everyReadIsRight(int tiers, boolean persisted) {
        ChronicleSessionStore.Builder builder = persisted
                ? ChronicleSessionStore.persistedTo(directory.resolve("churn"))
                : ChronicleSessionStore.inMemory();
        open(builder.maxSessions(5_000).typicalSessionBytes(4_096).tiers(tiers));
        LongAdder full = new LongAdder();
        int threads = 2;

        List<Integer> left =
                Concurrently.run(threads, thread -> churn(store, new Random(tiers * 31L + thread), thread, full));

        assertThat(store.size())
                .isEqualTo(left.stream().mapToInt(Integer::intValue).sum());
        System.out.printf(
                "churn, %d tiers, %s: %d operations, %d times full, %d sessions at the end%n",
                tiers, persisted ? "in files" : "in memory", threads * CHURN, full.sum(), store.size());
        if (tiers == 1) {
            assertThat(full.sum()).isPositive();
        } else {
            assertThat(full.sum()).isZero();
        }
    }

    private static int churn(ChronicleSessionStore store, Random random, int thread, LongAdder full) {
        List<SessionRecord> live = new ArrayList<>();
        for (int i = 0; i < CHURN; i++) {
            // The fill goes up and down between about 60 and 95 % of what fits.
            int target = (int) (1_900 + 500 * Math.sin(i / 5_000.0));
            boolean add = live.isEmpty() || random.nextInt(2 * target) > live.size() + target / 2;
            int at = live.isEmpty() ? 0 : random.nextInt(live.size());
            try {
                if (add) {
                    SessionRecord record =
                            Sessions.of((thread + 1) * 1_000_000_000L + i, principal(random), data(random));
                    assertThat(store.insert(record)).isTrue();
                    live.add(record);
                } else if (random.nextInt(3) == 0) {
                    assertThat(store.delete(live.get(at).key())).isTrue();
                    live.set(at, live.get(live.size() - 1));
                    live.remove(live.size() - 1);
                } else {
                    SessionRecord next = Sessions.next(live.get(at), principal(random), data(random));
                    assertThat(store.replace(next)).isTrue();
                    live.set(at, next);
                }
            } catch (StoreFullException e) {
                full.increment();
            }
            if (!live.isEmpty()) {
                SessionRecord expected = live.get(random.nextInt(live.size()));
                SessionRecord found = store.load(expected.key());
                if (!expected.equals(found)) {
                    throw new AssertionError("a wrong read after " + i + " operations: " + found + ", not " + expected);
                }
            }
        }
        live.forEach(record -> assertThat(store.load(record.key())).isEqualTo(record));
        return live.size();
    }

    private static PrincipalKey principal(Random random) {
        return new PrincipalKey(1, random.nextInt(500));
    }

    /** Returns 200 B to 64 KB, most of it small. */
    private static byte[] data(Random random) {
        int length = 200 + (int) (65_336 * Math.pow(random.nextDouble(), 6));
        int at = random.nextInt(NOISE.length - length);
        return Arrays.copyOfRange(NOISE, at, at + length);
    }
}
