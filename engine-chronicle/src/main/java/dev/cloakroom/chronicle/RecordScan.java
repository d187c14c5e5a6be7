package dev.cloakroom.chronicle;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import net.openhft.chronicle.hash.Data;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.MapSegmentContext;

/**
 * Reads all records once, on several threads. Checks and counts them, and adds those of some principals to the index.
 */
final class RecordScan {

    private static final int MOST_THREADS = 8;

    private final ChronicleMap<SessionKey, StoredSession> records;
    private final PrincipalIndex index;
    private final Predicate<PrincipalKey> listed;
    private final DiskSpaceGuard room;

    private final AtomicInteger nextSegment = new AtomicInteger();
    private final LongAdder sessions = new LongAdder();
    private final LongAdder anonymous = new LongAdder();
    private final Set<SessionKey> torn = ConcurrentHashMap.newKeySet();

    private RecordScan(
            ChronicleMap<SessionKey, StoredSession> records,
            PrincipalIndex index,
            Predicate<PrincipalKey> listed,
            DiskSpaceGuard room) {
        this.records = records;
        this.index = index;
        this.listed = listed;
        this.room = room;
    }

    /**
     * Scans all records.
     *
     * @param listed selects the principals whose sessions are added to the index. The index must have none of them
     */
    static RecordScan of(
            ChronicleMap<SessionKey, StoredSession> records,
            PrincipalIndex index,
            Predicate<PrincipalKey> listed,
            DiskSpaceGuard room) {
        RecordScan scan = new RecordScan(records, index, listed, room);
        int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        ExecutorService pool = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "cloakroom-chronicle-recovery");
            thread.setDaemon(true);
            return thread;
        });
        List<Future<?>> parts = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            parts.add(pool.submit(scan::scanSegments));
        }
        pool.shutdown();
        Uninterrupted.awaitTermination(pool);
        parts.forEach(RecordScan::rethrow);
        return scan;
    }

    private static void rethrow(Future<?> part) {
        boolean interrupted = Thread.interrupted();
        try {
            part.get();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new AssertionError(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void scanSegments() {
        SessionKeyAccess keys = new SessionKeyAccess();
        byte[][] buffer = {new byte[4096]};
        for (int segment = nextSegment.getAndIncrement();
                segment < records.segments();
                segment = nextSegment.getAndIncrement()) {
            try (MapSegmentContext<SessionKey, StoredSession, ?> context = records.segmentContext(segment)) {
                context.forEachSegmentEntry(entry -> {
                    Data<SessionKey> key = entry.key();
                    scan(keys.read(key.bytes(), key.offset()), entry.value(), buffer);
                });
            }
        }
    }

    private void scan(SessionKey key, Data<StoredSession> value, byte[][] buffer) {
        int length = (int) value.size();
        if (length > buffer[0].length) {
            buffer[0] = new byte[Integer.highestOneBit(length) << 1];
        }
        byte[] bytes = buffer[0];
        value.bytes().read(value.offset(), bytes, 0, length);
        if (!StoredSession.isWhole(bytes, length, key)) {
            torn.add(key);
            return;
        }
        sessions.increment();
        PrincipalKey principal = StoredSession.principal(bytes);
        if (principal == null) {
            anonymous.increment();
        } else if (listed.test(principal)) {
            room.takeToOpen(0);
            index.restore(principal, key, StoredSession.order(bytes));
        }
    }

    /** Returns the number of intact records. */
    long sessions() {
        return sessions.sum();
    }

    /** Returns the number of intact records without a principal. */
    long anonymous() {
        return anonymous.sum();
    }

    /** Returns the keys of the records with a wrong checksum. They are neither counted nor added to the index. */
    Set<SessionKey> torn() {
        return torn;
    }
}
