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
 * Makes room at the bound: removes an anonymous session, one never used after the request that made it if a segment has
 * such, and among those the one idle longest. A segment is looked at once for many victims, each of which is looked at
 * again before it goes.
 */
final class Eviction {

    private static final int VICTIMS = 64;
    /** How many sessions are looked at for a victim before the store counts as full. */
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

    /** Returns whether a session was removed. */
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

    /** Looks for victims in the next segment, and returns at how many sessions. */
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
