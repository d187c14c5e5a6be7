package dev.cloakroom.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.testkit.Concurrently;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecordTableTest {

    private final RecordTable table = new RecordTable();

    private static SessionRecord record(SessionKey key, long version) {
        return new SessionRecord(key, version, 0, 0, 1_000, 1_000, null, new byte[] {(byte) version});
    }

    /** Few slots and one segment: nearly all keys are in each other's way. */
    private static SessionKey crowded(int number) {
        return new SessionKey(number & 3, number);
    }

    @Test
    void calls_inAnyOrderOnCrowdedKeys_agreeWithAMap() {
        Random random = new Random(1);
        Map<SessionKey, SessionRecord> model = new HashMap<>();
        for (int step = 0; step < 200_000; step++) {
            // In turns the table fills and empties, so that it is rebuilt larger and smaller.
            int keys = step / 20_000 % 2 == 0 ? 300 : 10;
            SessionKey key = crowded(random.nextInt(300));
            SessionRecord before = model.get(key);
            assertThat(table.get(key)).isSameAs(before);
            SessionRecord next = record(key, before == null ? 1 : before.version() + 1);
            int call = random.nextInt(model.size() > keys ? 2 : 4);
            if (call == 0 || call == 1) {
                assertThat(table.remove(key)).isSameAs(model.remove(key));
            } else if (call == 2) {
                assertThat(table.putIfAbsent(next)).isEqualTo(before == null);
                model.putIfAbsent(key, next);
            } else {
                boolean replaced = table.replace(before == null ? record(key, 1) : before, next);
                assertThat(replaced).isEqualTo(before != null);
                model.computeIfPresent(key, (same, old) -> next);
            }
        }
        assertThat(all()).hasSameSizeAs(model.values()).containsAll(model.values());
    }

    @Test
    void get_whileOthersComeAndGo_neverMissesWhatStays() {
        List<SessionKey> staying = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            staying.add(crowded(i));
            table.putIfAbsent(record(crowded(i), 1));
        }
        List<Integer> missed = Concurrently.all(
                thread -> {
                    for (int round = 0; round < 300; round++) {
                        for (int i = 100; i < 400; i++) {
                            table.putIfAbsent(record(crowded(i), 1));
                        }
                        for (int i = 100; i < 400; i++) {
                            table.remove(crowded(i));
                        }
                    }
                    return 0;
                },
                thread -> {
                    int count = 0;
                    for (int round = 0; round < 20_000; round++) {
                        for (SessionKey key : staying) {
                            SessionRecord found = table.get(key);
                            count += found == null || !found.key().equals(key) ? 1 : 0;
                        }
                    }
                    return count;
                });

        assertThat(missed).containsOnly(0);
    }

    @Test
    void get_keyOfTheMarkOfWhatWasRemoved_likeAnyOther() {
        SessionKey zero = new SessionKey(0, 0);
        table.putIfAbsent(record(zero, 1));
        table.putIfAbsent(record(new SessionKey(0, 1), 1));

        assertThat(table.remove(zero)).isNotNull();

        assertThat(table.get(zero)).isNull();
        assertThat(table.remove(zero)).isNull();
        assertThat(table.putIfAbsent(record(zero, 2))).isTrue();
        assertThat(table.get(zero)).isNotNull();
        assertThat(table.get(new SessionKey(0, 1))).isNotNull();
    }

    @Test
    void touch_whileReplaced_noAccessIsLost() {
        SessionKey key = crowded(1);
        for (int round = 0; round < 2_000; round++) {
            SessionRecord first = record(key, 1);
            table.putIfAbsent(first);

            List<Boolean> done =
                    Concurrently.all(thread -> table.touch(key, 500), thread -> table.replace(first, record(key, 2)));

            assertThat(done).containsExactly(true, true);
            SessionRecord now = table.remove(key);
            assertThat(now).isNotNull();
            assertThat(now.version()).isEqualTo(2);
            assertThat(now.lastAccess()).isEqualTo(500);
        }
    }

    @Test
    void hand_wholeRound_eachRecordOnceThenNull() {
        Set<SessionRecord> records = new HashSet<>();
        Random random = new Random(2);
        for (int i = 0; i < 1_000; i++) {
            records.add(record(new SessionKey(random.nextLong(), i), 1));
        }
        records.forEach(table::putIfAbsent);

        assertThat(all()).hasSize(1_000).containsAll(records);
        assertThat(new RecordTable().hand().next()).isNull();
    }

    private List<SessionRecord> all() {
        List<SessionRecord> all = new ArrayList<>();
        RecordTable.Hand hand = table.hand();
        for (SessionRecord record = hand.next(); record != null; record = hand.next()) {
            all.add(record);
        }
        return all;
    }
}
