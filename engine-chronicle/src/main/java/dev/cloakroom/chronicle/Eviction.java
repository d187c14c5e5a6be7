package dev.cloakroom.chronicle;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Evicts an anonymous session when the store is full. Prefers sessions that were not used after their first request,
 * and among them the one that was idle longest. One visit to a segment finds many candidates. Each is checked again
 * before it is removed.
 */
final class Eviction {

    private static final int VICTIMS = 64;
    /** The number of sessions that are checked before the store counts as full. */
    private static final int ENOUGH = 16_384;

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Victim> victims = new ArrayDeque<>();
    private int segment;
    private volatile Consumer<? super SessionRecord> listener = record -> {};

    private record Victim(SessionKey key, long version, long createdAt, long lastAccess) {

        static final Comparator<Victim> LEAST_USED_FIRST = Comparator.comparing(
                        (Victim victim) -> victim.lastAccess > victim.createdAt)
                .thenComparingLong(Victim::lastAccess);
    }

    void listener(Consumer<? super SessionRecord> next) {
        listener = next;
    }

    /** Removes an anonymous session. Returns whether there was one. */
    boolean evictOne(Volume volume) {
        lock.lock();
        try {
            int looked = 0;
            for (int segments = 0; ; segments++) {
                for (Victim victim = victims.poll(); victim != null; victim = victims.poll()) {
                    if (evict(volume, victim)) {
                        return true;
                    }
                }
                if (volume.counters().anonymous() <= 0 || segments == volume.segments() || looked >= ENOUGH) {
                    return false;
                }
                looked += look(volume);
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean evict(Volume volume, Victim victim) {
        return volume.deleteIf(
                victim.key,
                value -> StoredSession.version(value) == victim.version
                        && StoredSession.lastAccess(value) == victim.lastAccess
                        && StoredSession.principal(value) == null,
                listener);
    }

    /** Collects candidates from the next segment. Returns how many sessions the segment has. */
    private int look(Volume volume) {
        if (segment >= volume.segments()) {
            segment = 0;
        }
        List<Victim> found = new ArrayList<>();
        int[] looked = new int[1];
        volume.forEachIn(segment++, (key, value) -> {
            looked[0]++;
            if (StoredSession.principal(value) == null) {
                found.add(new Victim(
                        key,
                        StoredSession.version(value),
                        StoredSession.createdAt(value),
                        StoredSession.lastAccess(value)));
            }
        });
        found.stream().sorted(Victim.LEAST_USED_FIRST).limit(VICTIMS).forEach(victims::add);
        return looked[0];
    }
}
