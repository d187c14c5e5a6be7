package dev.cloakroom.chronicle;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Visits the segments in turn and removes expired sessions. A visit holds the segment's update lock: writers wait for a
 * fraction of a millisecond, readers do not. Expired sessions are removed after the visit, each under its own lock and
 * after a second check.
 */
final class ExpirySweep {

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<SessionKey> expired = new ArrayDeque<>();
    private int segment;

    /** Removes at most {@code limit} expired sessions, or none if another thread is sweeping. */
    int sweep(Volume volume, long now, int limit, Consumer<? super SessionRecord> removed) {
        if (!lock.tryLock()) {
            return 0;
        }
        try {
            int count = 0;
            long looked = 0;
            for (int segments = 0; count < limit; ) {
                SessionKey key = expired.poll();
                if (key != null) {
                    count += volume.deleteIf(key, value -> StoredSession.isExpired(value, now), removed) ? 1 : 0;
                } else if (looked < limit && segments < volume.segments()) {
                    looked += look(volume, now);
                    segments++;
                } else {
                    break;
                }
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    private int look(Volume volume, long now) {
        if (segment >= volume.segments()) {
            segment = 0;
        }
        int[] looked = new int[1];
        volume.forEachIn(segment++, (key, value) -> {
            looked[0]++;
            if (StoredSession.isExpired(value, now)) {
                expired.add(key);
            }
        });
        return looked[0];
    }
}
