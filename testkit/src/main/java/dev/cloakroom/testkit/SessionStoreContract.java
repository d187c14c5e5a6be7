package dev.cloakroom.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.cloakroom.store.AsyncSessionStore;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.SessionStore;
import dev.cloakroom.store.StoreUnavailableException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests what every {@link SessionStore} must do. A store's test class extends it and implements {@link #newStore()}.
 *
 * <p>Each test of a race runs the race many times with real threads. {@link LinearizabilityContract} looks for the rare
 * interleavings.
 */
public abstract class SessionStoreContract {

    /** The creation time of the records here. Arbitrary. */
    protected static final long NOW = 1_800_000_000_000L;

    private static final long IDLE = 60_000;
    private static final long ABSOLUTE = 600_000;
    private static final int ROUNDS = Effort.times(300);
    private static final PrincipalKey ADA = new PrincipalKey(0xADA, 1);
    private static final PrincipalKey BOB = new PrincipalKey(0xB0B, 2);

    private final Random random = new Random(22);
    private @Nullable SessionStore opened;

    /** Returns an empty store with room for 10,000 sessions of 1 KiB at least. The contract closes it. */
    protected abstract SessionStore newStore() throws Exception;

    /**
     * Asserts how many sessions there are. A store that returns an estimate overrides this, and tests its size itself.
     */
    protected void assertSize(long expected) {
        assertThat(store().size()).isEqualTo(expected);
    }

    @BeforeEach
    final void openStore() throws Exception {
        opened = newStore();
    }

    @AfterEach
    final void closeStore() {
        store().close();
    }

    /** Returns the store of the current test. */
    protected final SessionStore store() {
        return Objects.requireNonNull(opened);
    }

    /** Returns a key that no other call returned. */
    protected final SessionKey newKey() {
        return new SessionKey(random.nextLong(), random.nextLong());
    }

    /** Returns the first record of a session. */
    protected static SessionRecord first(SessionKey key, @Nullable PrincipalKey principal, String data) {
        return new SessionRecord(key, 1, NOW, NOW, IDLE, NOW + ABSOLUTE, principal, bytes(data));
    }

    /** Returns the record that follows another. */
    protected static SessionRecord next(SessionRecord before, @Nullable PrincipalKey principal, String data) {
        return new SessionRecord(
                before.key(),
                before.version() + 1,
                before.createdAt(),
                before.lastAccess(),
                before.idleTimeout(),
                before.absoluteDeadline(),
                principal,
                bytes(data));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private SessionRecord inserted(@Nullable PrincipalKey principal) {
        SessionRecord record = first(newKey(), principal, "coat");
        assertThat(store().insert(record)).isTrue();
        return record;
    }

    private boolean replace(SessionRecord before, @Nullable PrincipalKey principal, String data) {
        return store().replace(next(before, principal, data));
    }

    private SessionRecord loaded(SessionKey key) {
        return Objects.requireNonNull(store().load(key), "no record");
    }

    // Loading and inserting

    @Test
    void load_unknownKey_nothing() {
        inserted(ADA);

        assertThat(store().load(newKey())).isNull();
    }

    @Test
    void insert_newKey_loadedAsGiven() {
        SessionRecord record = inserted(ADA);

        assertThat(store().load(record.key())).isEqualTo(record);
        assertSize(1);
    }

    @Test
    void insert_keyInUse_refusedWithNothingChanged() {
        SessionRecord record = inserted(ADA);

        assertThat(store().insert(first(record.key(), BOB, "another"))).isFalse();

        assertThat(store().load(record.key())).isEqualTo(record);
        assertThat(store().byPrincipal(BOB)).isEmpty();
        assertSize(1);
    }

    @Test
    void insert_keysThatShareAHalf_keptApart() {
        List<SessionRecord> records = List.of(
                first(new SessionKey(1, 1), null, "1 1"),
                first(new SessionKey(1, 2), null, "1 2"),
                first(new SessionKey(2, 1), null, "2 1"),
                first(new SessionKey(0, 0), null, "0 0"),
                first(new SessionKey(-1, -1), null, "-1 -1"));

        assertThat(records).allMatch(store()::insert);

        assertThat(records)
                .allSatisfy(record -> assertThat(store().load(record.key())).isEqualTo(record));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 1_000, 4_096, 65_536, 262_144})
    void insert_dataOfAnySize_loadedAsGiven(int size) {
        byte[] data = new byte[size];
        random.nextBytes(data);
        SessionRecord record = new SessionRecord(newKey(), 1, NOW, NOW, IDLE, NOW + ABSOLUTE, null, data);

        assertThat(store().insert(record)).isTrue();

        assertThat(store().load(record.key())).isEqualTo(record);
    }

    @Test
    void insert_extremeFigures_loadedAsGiven() {
        SessionRecord endless = new SessionRecord(
                newKey(), 1, NOW, NOW, Long.MAX_VALUE, Long.MAX_VALUE, new PrincipalKey(0, 0), bytes(""));
        SessionRecord manyTimesReplaced =
                new SessionRecord(newKey(), Long.MAX_VALUE - 1, 0, NOW, IDLE, NOW + ABSOLUTE, null, bytes("x"));

        assertThat(store().insert(endless)).isTrue();
        assertThat(store().insert(manyTimesReplaced)).isTrue();

        assertThat(store().load(endless.key())).isEqualTo(endless);
        assertThat(store().load(manyTimesReplaced.key())).isEqualTo(manyTimesReplaced);
        assertThat(store().byPrincipal(new PrincipalKey(0, 0))).containsExactly(endless);
    }

    @Tag("long")
    @Test
    void insert_sameKeyByManyThreads_oneWins() {
        for (int round = 0; round < ROUNDS; round++) {
            SessionKey key = newKey();

            List<Boolean> wins =
                    Concurrently.run(4, thread -> store().insert(first(key, thread % 2 == 0 ? ADA : BOB, "" + thread)));

            assertThat(wins).containsOnlyOnce(true);
            assertThat(new String(loaded(key).data(), StandardCharsets.UTF_8)).isEqualTo("" + wins.indexOf(true));
        }
        assertThat(store().byPrincipal(ADA).size() + store().byPrincipal(BOB).size())
                .isEqualTo(ROUNDS);
    }

    // Replacing

    @Test
    void replace_expectedVersion_replaced() {
        SessionRecord record = inserted(null);

        assertThat(replace(record, null, "another coat")).isTrue();

        assertThat(store().load(record.key())).isEqualTo(next(record, null, "another coat"));
        assertSize(1);
    }

    @Test
    void replace_otherVersion_refusedWithNothingChanged() {
        SessionRecord record = inserted(ADA);
        replace(record, ADA, "second");

        assertThat(replace(record, BOB, "also second")).isFalse();
        assertThat(replace(next(next(record, null, ""), null, ""), BOB, "fourth"))
                .isFalse();

        assertThat(store().load(record.key())).isEqualTo(next(record, ADA, "second"));
        assertThat(store().byPrincipal(BOB)).isEmpty();
    }

    @Test
    void replace_unknownKey_doesNotCreate() {
        SessionRecord record = first(newKey(), ADA, "coat");

        assertThat(replace(record, ADA, "coat")).isFalse();

        assertThat(store().load(record.key())).isNull();
        assertThat(store().byPrincipal(ADA)).isEmpty();
        assertSize(0);
    }

    @Test
    void replace_versionOne_callersError() {
        SessionRecord record = inserted(null);

        assertThatThrownBy(() -> store().replace(record)).isInstanceOf(IllegalArgumentException.class);
        assertThat(store().load(record.key())).isEqualTo(record);
    }

    @Test
    void replace_allFieldsDiffer_allReplaced() {
        SessionRecord record = inserted(ADA);
        SessionRecord other = new SessionRecord(
                record.key(), 2, NOW - 5, NOW + 7, IDLE * 2, NOW + 2 * ABSOLUTE, BOB, bytes("another, longer coat"));

        assertThat(store().replace(other)).isTrue();

        assertThat(store().load(record.key())).isEqualTo(other);
    }

    @Test
    void replace_touchedMeanwhile_keepsTheLaterAccess() {
        SessionRecord record = inserted(null);
        store().touch(record.key(), NOW + 30);

        assertThat(replace(record, null, "second")).isTrue();
        assertThat(loaded(record.key()).lastAccess()).isEqualTo(NOW + 30);

        SessionRecord later = next(loaded(record.key()), null, "third").touched(NOW + 50);
        assertThat(store().replace(later)).isTrue();
        assertThat(loaded(record.key()).lastAccess()).isEqualTo(NOW + 50);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 1_000, 20_000, 100_000})
    void replace_growingAndShrinking_loadedAsGiven(int size) {
        SessionRecord small = inserted(null);
        SessionRecord large = next(small, null, "x".repeat(size));
        SessionRecord smallAgain = next(large, null, "coat");

        assertThat(store().replace(large)).isTrue();
        assertThat(store().load(small.key())).isEqualTo(large);
        assertThat(store().replace(smallAgain)).isTrue();
        assertThat(store().load(small.key())).isEqualTo(smallAgain);
    }

    @Test
    void replace_byManyThreads_eachVersionWrittenOnce() {
        int threads = 4;
        int perThread = 500;
        SessionRecord record = inserted(null);

        Concurrently.run(threads, thread -> {
            for (int i = 0; i < perThread; ) {
                SessionRecord seen = loaded(record.key());
                long count = seen.version() == 1 ? 0 : Long.parseLong(text(seen));
                if (replace(seen, null, "" + (count + 1))) {
                    i++;
                }
            }
            return null;
        });

        assertThat(text(loaded(record.key()))).isEqualTo("" + threads * perThread);
        assertThat(loaded(record.key()).version()).isEqualTo(threads * perThread + 1);
    }

    private static String text(SessionRecord record) {
        return new String(record.data(), StandardCharsets.UTF_8);
    }

    // Touching

    @Test
    void touch_laterInstant_movesTheLastAccessAlone() {
        SessionRecord record = inserted(ADA);

        assertThat(store().touch(record.key(), NOW + 1_234)).isTrue();

        assertThat(store().load(record.key())).isEqualTo(record.touched(NOW + 1_234));
        assertThat(loaded(record.key()).version()).isEqualTo(record.version());
    }

    @Test
    void touch_earlierInstant_neverMovesBackwards() {
        SessionRecord record = inserted(null);
        store().touch(record.key(), NOW + 100);

        assertThat(store().touch(record.key(), NOW + 50)).isTrue();

        assertThat(loaded(record.key()).lastAccess()).isEqualTo(NOW + 100);
    }

    @Test
    void touch_unknownKey_doesNotCreate() {
        SessionKey key = newKey();

        assertThat(store().touch(key, NOW)).isFalse();

        assertThat(store().load(key)).isNull();
        assertSize(0);
    }

    @Test
    void touch_expired_doesNotRevive() {
        SessionRecord record = inserted(null);

        assertThat(store().touch(record.key(), NOW + IDLE)).isFalse();
        assertThat(loaded(record.key()).lastAccess()).isEqualTo(NOW);
        assertThat(store().touch(record.key(), NOW + IDLE - 1)).isTrue();
    }

    @Test
    void touch_byManyThreads_keepsTheLatest() {
        SessionRecord record = inserted(null);

        Concurrently.run(4, thread -> {
            for (int i = 0; i < 1_000; i++) {
                store().touch(record.key(), NOW + i * 4L + thread);
            }
            return null;
        });

        assertThat(loaded(record.key()).lastAccess()).isEqualTo(NOW + 999 * 4 + 3);
    }

    @Tag("long")
    @Test
    void touch_whileReplaced_neitherIsLost() {
        for (int round = 1; round <= ROUNDS; round++) {
            SessionRecord record = inserted(null);
            int instant = round;

            Concurrently.all(
                    thread -> store().touch(record.key(), NOW + instant), thread -> replace(record, null, "second"));

            assertThat(store().load(record.key()))
                    .isEqualTo(next(record, null, "second").touched(NOW + instant));
        }
    }

    // Deleting

    @Test
    void delete_present_goneForEveryCall() {
        SessionRecord record = inserted(ADA);

        assertThat(store().delete(record.key())).isTrue();

        assertThat(store().load(record.key())).isNull();
        assertThat(store().delete(record.key())).isFalse();
        assertThat(replace(record, ADA, "again")).isFalse();
        assertThat(store().touch(record.key(), NOW + 1)).isFalse();
        assertThat(store().byPrincipal(ADA)).isEmpty();
        assertSize(0);
    }

    @Tag("long")
    @Test
    void delete_byManyThreads_trueForOne() {
        for (int round = 0; round < ROUNDS; round++) {
            SessionRecord record = inserted(ADA);

            assertThat(Concurrently.run(4, thread -> store().delete(record.key())))
                    .containsOnlyOnce(true);
        }
        assertSize(0);
    }

    @Tag("long")
    @Test
    void delete_whileWritten_neverComesBack() {
        for (int round = 0; round < ROUNDS; round++) {
            SessionRecord record = inserted(ADA);

            List<Boolean> done = Concurrently.all(
                    thread -> store().delete(record.key()),
                    thread -> store().touch(record.key(), NOW + 1),
                    thread -> replace(record, BOB, "second"));

            assertThat(done.get(0)).as("deleted").isTrue();
            assertThat(store().load(record.key())).isNull();
            assertThat(store().byPrincipal(ADA)).isEmpty();
            assertThat(store().byPrincipal(BOB)).isEmpty();
        }
        assertSize(0);
    }

    // The index

    @Test
    void byPrincipal_severalSessions_inOrderOfBinding() {
        SessionRecord late = inserted(null);
        SessionRecord first = inserted(ADA);
        SessionRecord second = inserted(ADA);
        inserted(BOB);
        replace(late, ADA, "bound last");

        assertThat(store().byPrincipal(ADA)).containsExactly(first, second, next(late, ADA, "bound last"));
    }

    @Test
    void byPrincipal_replacedUnderTheSamePrincipal_keepsItsPlace() {
        SessionRecord first = inserted(ADA);
        SessionRecord second = inserted(ADA);
        replace(first, ADA, "changed");

        assertThat(store().byPrincipal(ADA)).containsExactly(next(first, ADA, "changed"), second);
    }

    @Test
    void byPrincipal_principalChanges_movesAlong() {
        SessionRecord record = inserted(ADA);

        SessionRecord bobs = next(record, BOB, "bob's");
        store().replace(bobs);
        assertThat(store().byPrincipal(ADA)).isEmpty();
        assertThat(store().byPrincipal(BOB)).containsExactly(bobs);

        SessionRecord nobodys = next(bobs, null, "nobody's");
        store().replace(nobodys);
        assertThat(store().byPrincipal(BOB)).isEmpty();
        assertThat(store().load(record.key())).isEqualTo(nobodys);
    }

    @Test
    void byPrincipal_unknown_nothing() {
        inserted(null);
        inserted(BOB);

        assertThat(store().byPrincipal(ADA)).isEmpty();
    }

    @Tag("long")
    @Test
    void byPrincipal_bindingReturned_isIncluded() {
        for (int round = 0; round < ROUNDS; round++) {
            PrincipalKey principal = new PrincipalKey(round, 0);
            SessionRecord anonymous = inserted(null);

            List<Boolean> seen = Concurrently.all(
                    thread -> {
                        SessionRecord record = inserted(principal);
                        return isListed(principal, record.key());
                    },
                    thread -> {
                        assertThat(replace(anonymous, principal, "bound")).isTrue();
                        return isListed(principal, anonymous.key());
                    },
                    thread -> {
                        SessionRecord passing = inserted(principal);
                        boolean listed = isListed(principal, passing.key());
                        store().delete(passing.key());
                        return listed && !isListed(principal, passing.key());
                    });

            assertThat(seen).containsOnly(true);
            assertThat(store().byPrincipal(principal)).hasSize(2);
        }
    }

    private boolean isListed(PrincipalKey principal, SessionKey key) {
        return store().byPrincipal(principal).stream()
                .anyMatch(record -> record.key().equals(key));
    }

    @Tag("long")
    @Test
    void byPrincipal_overlappingBindings_agreeOnTheOrder() {
        for (int round = 0; round < ROUNDS; round++) {
            PrincipalKey principal = new PrincipalKey(round, 1);

            List<List<SessionKey>> orders = Concurrently.run(3, thread -> {
                inserted(principal, thread);
                return store().byPrincipal(principal).stream()
                        .map(SessionRecord::key)
                        .toList();
            });

            List<SessionKey> all = store().byPrincipal(principal).stream()
                    .map(SessionRecord::key)
                    .toList();
            assertThat(all).hasSize(3);
            assertThat(orders).allSatisfy(order -> {
                List<SessionKey> expected = new ArrayList<>(all);
                expected.retainAll(order);
                assertThat(order).isEqualTo(expected);
            });
        }
    }

    private void inserted(PrincipalKey principal, int thread) {
        store().insert(first(new SessionKey(random.nextLong(), thread), principal, "coat"));
    }

    // Sweeping

    @Test
    void sweep_expiredAndLive_removesTheExpiredAlone() {
        SessionRecord idle = inserted(ADA);
        SessionRecord touched = inserted(ADA);
        store().touch(touched.key(), NOW + IDLE - 1);
        SessionRecord absolute = new SessionRecord(newKey(), 1, NOW, NOW, IDLE, NOW + 10, BOB, bytes("short"));
        store().insert(absolute);

        List<SessionKey> removed = sweepAll(NOW + IDLE);

        assertThat(removed).containsExactlyInAnyOrder(idle.key(), absolute.key());
        assertThat(store().load(idle.key())).isNull();
        assertThat(store().byPrincipal(ADA)).containsExactly(touched.touched(NOW + IDLE - 1));
        assertThat(store().byPrincipal(BOB)).isEmpty();
        assertSize(1);
    }

    @Test
    void sweep_aMillisecondBeforeTheDeadline_removesNothing() {
        inserted(ADA);

        assertThat(sweepAll(NOW + IDLE - 1)).isEmpty();
        assertThat(sweepAll(NOW + IDLE)).hasSize(1);
    }

    @Test
    void sweep_smallLimit_getsThroughInTheEnd() {
        List<SessionKey> expired =
                IntStream.range(0, 300).mapToObj(i -> inserted(null).key()).toList();
        IntStream.range(0, 100).forEach(i -> store().touch(inserted(null).key(), NOW + IDLE - 1));

        List<SessionKey> removed = Collections.synchronizedList(new ArrayList<>());
        int counted = 0;
        for (int call = 0; call < 200 && removed.size() < expired.size(); call++) {
            int count = store().sweep(NOW + IDLE, 10, record -> removed.add(record.key()));
            assertThat(count).isLessThanOrEqualTo(10);
            counted += count;
        }

        assertThat(removed).containsExactlyInAnyOrderElementsOf(expired);
        assertThat(counted).isEqualTo(expired.size());
    }

    @Test
    void sweep_emptyStore_removesNothing() {
        assertThat(store().sweep(NOW, 100, record -> {})).isZero();
    }

    @Tag("long")
    @Test
    void sweep_whileTouched_removesNoneThatWasTouchedInTime() {
        for (int round = 0; round < ROUNDS; round++) {
            SessionRecord record = inserted(null);

            List<Boolean> done = Concurrently.all(
                    thread -> store().touch(record.key(), NOW + IDLE - 1),
                    thread -> sweepAll(NOW + IDLE).contains(record.key()));

            boolean touched = done.get(0);
            boolean swept = done.get(1);
            assertThat(swept).as("swept, given that it was touched: " + touched).isNotEqualTo(touched);
            assertThat(store().load(record.key()) == null).isEqualTo(swept);
            store().delete(record.key());
        }
    }

    @Test
    void sweep_byManyThreads_tellsOfEachOnce() {
        for (int round = 0; round < 20; round++) {
            Set<SessionKey> expired = new HashSet<>();
            IntStream.range(0, 50).forEach(i -> expired.add(inserted(ADA).key()));

            List<SessionKey> removed = Concurrently.run(3, thread -> sweepAll(NOW + IDLE)).stream()
                    .flatMap(List::stream)
                    .toList();

            assertThat(removed).containsExactlyInAnyOrderElementsOf(expired);
            assertThat(store().byPrincipal(ADA)).isEmpty();
        }
    }

    /** Sweeps until the whole store has been looked at. */
    private List<SessionKey> sweepAll(long now) {
        List<SessionKey> removed = new ArrayList<>();
        for (int call = 0; call < 4; call++) {
            store().sweep(now, Integer.MAX_VALUE, record -> removed.add(record.key()));
        }
        return removed;
    }

    // All calls at once

    @Test
    void size_afterMixedConcurrentUse_isExact() {
        int threads = 4;
        List<Integer> left = Concurrently.run(threads, thread -> {
            Random choice = new Random(thread);
            List<SessionRecord> mine = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                if (mine.isEmpty() || choice.nextInt(3) > 0) {
                    SessionRecord record =
                            first(new SessionKey(choice.nextLong(), thread), choice.nextBoolean() ? ADA : null, "" + i);
                    assertThat(store().insert(record)).isTrue();
                    mine.add(record);
                } else if (choice.nextBoolean()) {
                    assertThat(store().delete(mine.remove(choice.nextInt(mine.size()))
                                    .key()))
                            .isTrue();
                } else {
                    int at = choice.nextInt(mine.size());
                    SessionRecord changed = next(mine.get(at), choice.nextBoolean() ? BOB : null, "changed");
                    assertThat(store().replace(changed)).isTrue();
                    mine.set(at, changed);
                }
            }
            assertThat(mine)
                    .allSatisfy(record -> assertThat(store().load(record.key())).isEqualTo(record));
            return mine.size();
        });

        assertSize(left.stream().mapToInt(Integer::intValue).sum());
    }

    @Test
    void close_twice_doesNothingMore() {
        inserted(ADA);

        store().close();
        store().close();
    }

    @SuppressWarnings("NullAway") // that is the test
    @Test
    void everyCall_null_refused() {
        List<ThrowingCallable> calls = List.of(
                () -> store().load(null),
                () -> store().insert(null),
                () -> store().replace(null),
                () -> store().touch(null, NOW),
                () -> store().delete(null),
                () -> store().byPrincipal(null),
                () -> store().sweep(NOW, 10, null));

        assertThat(calls).allSatisfy(call -> assertThatThrownBy(call).isInstanceOf(NullPointerException.class));
    }

    @Test
    void close_everyCallAfterwards_unavailable() {
        SessionRecord record = inserted(ADA);
        SessionRecord next = next(record, BOB, "another coat");
        SessionStore store = store();

        store.close();

        List<ThrowingCallable> calls = List.of(
                () -> store.load(record.key()),
                () -> store.load(newKey()),
                () -> store.insert(record),
                () -> store.insert(first(newKey(), null, "coat")),
                () -> store.replace(next),
                () -> store.touch(record.key(), NOW + 1),
                () -> store.delete(record.key()),
                () -> store.byPrincipal(ADA),
                () -> store.sweep(NOW + IDLE, 10, removed -> {}),
                store::size);
        assertThat(calls).allSatisfy(call -> assertThatThrownBy(call).isInstanceOf(StoreUnavailableException.class));
    }

    // The asynchronous methods, of a store that has them

    @Test
    void asynchronous_everyCall_doesWhatTheOtherFormDoes() {
        AsyncSessionStore store = asynchronous();
        SessionRecord record = first(newKey(), ADA, "coat");
        SessionRecord next = next(record, ADA, "another coat");

        assertThat(join(store.insertAsync(record))).isTrue();
        assertThat(join(store.insertAsync(record))).isFalse();
        assertThat(join(store.loadAsync(record.key()))).isEqualTo(record);
        assertThat(join(store.replaceAsync(next))).isTrue();
        assertThat(join(store.replaceAsync(next))).isFalse();
        assertThat(join(store.touchAsync(record.key(), NOW + 1))).isTrue();
        assertThat(join(store.byPrincipalAsync(ADA))).containsExactly(next.touched(NOW + 1));
        assertThat(join(store.deleteAsync(record.key()))).isTrue();
        assertThat(join(store.deleteAsync(record.key()))).isFalse();
        assertThat(join(store.loadAsync(record.key()))).isNull();
        assertThat(join(store.byPrincipalAsync(ADA))).isEmpty();
    }

    @Test
    void asynchronous_versionOne_failsThroughTheStage() {
        AsyncSessionStore store = asynchronous();
        SessionRecord record = inserted(null);

        assertThatThrownBy(() -> join(store.replaceAsync(record)))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @SuppressWarnings("NullAway") // that is the test
    @Test
    void asynchronous_null_failsThroughTheStage() {
        AsyncSessionStore store = asynchronous();

        List<CompletionStage<?>> stages = List.of(
                store.loadAsync(null),
                store.insertAsync(null),
                store.replaceAsync(null),
                store.touchAsync(null, NOW),
                store.deleteAsync(null),
                store.byPrincipalAsync(null));

        assertThat(stages)
                .allSatisfy(
                        stage -> assertThatThrownBy(() -> join(stage)).hasCauseInstanceOf(NullPointerException.class));
    }

    @Test
    void asynchronous_closed_failsThroughTheStage() {
        AsyncSessionStore store = asynchronous();
        SessionRecord record = inserted(ADA);
        store.close();

        List<CompletionStage<?>> stages = List.of(
                store.loadAsync(record.key()),
                store.insertAsync(first(newKey(), null, "coat")),
                store.replaceAsync(next(record, null, "another")),
                store.touchAsync(record.key(), NOW + 1),
                store.deleteAsync(record.key()),
                store.byPrincipalAsync(ADA));

        assertThat(stages)
                .allSatisfy(stage ->
                        assertThatThrownBy(() -> join(stage)).hasCauseInstanceOf(StoreUnavailableException.class));
    }

    /** Returns the store if it has asynchronous methods. Aborts the test otherwise. */
    private AsyncSessionStore asynchronous() {
        assumeThat(store()).isInstanceOf(AsyncSessionStore.class);
        return (AsyncSessionStore) store();
    }

    private static <T extends @Nullable Object> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    // Keys

    @Test
    void newKey_manyTimes_allDiffer() {
        SecureRandom secure = new SecureRandom();

        Set<SessionKey> keys = new HashSet<>();
        IntStream.range(0, 1_000).forEach(i -> keys.add(store().newKey(secure)));

        assertThat(keys).hasSize(1_000);
    }
}
