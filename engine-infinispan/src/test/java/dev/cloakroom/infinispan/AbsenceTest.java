package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.store.SessionRecord;
import dev.cloakroom.store.StoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A session that nobody ended is never absent, whatever happens to the cluster just then; unavailable it may be. */
class AbsenceTest {

    /** So much that moving it takes a while. */
    private static final int SESSIONS = 4_000;

    private static final int BYTES = 20_000;

    private static List<SessionRecord> sessions(InfinispanSessionStore store) {
        List<SessionRecord> records = Sessions.several(SESSIONS, null, new byte[BYTES]);
        records.forEach(record -> assertThat(store.insert(record)).isTrue());
        return records;
    }

    /** Something that happens to a cluster. */
    private interface Happening {
        void happen() throws Exception;
    }

    /** Reads sessions all the time, on one thread for each store, and returns how often one was absent. */
    private static long absences(List<InfinispanSessionStore> stores, List<SessionRecord> records, Happening meanwhile)
            throws Exception {
        ExecutorService readers = Executors.newFixedThreadPool(stores.size());
        AtomicBoolean over = new AtomicBoolean();
        try {
            List<Future<Long>> reading = new ArrayList<>();
            for (InfinispanSessionStore store : stores) {
                Random random = new Random(reading.size());
                reading.add(readers.submit(() -> {
                    long absent = 0;
                    while (!over.get()) {
                        SessionRecord record = records.get(random.nextInt(records.size()));
                        absent += isAbsent(store, record) ? 1 : 0;
                    }
                    return absent;
                }));
            }
            meanwhile.happen();
            over.set(true);
            long absences = 0;
            for (Future<Long> each : reading) {
                absences += each.get(60, TimeUnit.SECONDS);
            }
            return absences;
        } finally {
            readers.shutdownNow();
        }
    }

    private static boolean isAbsent(InfinispanSessionStore store, SessionRecord record) {
        try {
            return store.load(record.key()) == null;
        } catch (StoreUnavailableException e) {
            return false;
        }
    }

    @Test
    void deny_coordinatorAfterCoordinatorLeaves_nothingIsAbsent() throws Exception {
        List<InfinispanSessionStore> stores = new ArrayList<>();
        Stream.generate(() -> InfinispanSessionStore.builder()
                        .clusterName("absence")
                        .withinProcess()
                        .build())
                .limit(4)
                .forEach(stores::add);
        try {
            List<SessionRecord> records = sessions(stores.get(2));

            long absences = absences(stores.subList(2, 4), records, () -> {
                stores.get(0).close();
                // Not before all copies that were on the first have been made anew.
                stores.get(1).close();
            });

            assertThat(absences).isZero();
        } finally {
            stores.forEach(InfinispanSessionStore::close);
        }
    }
}
