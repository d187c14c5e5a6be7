package dev.cloakroom.infinispan;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.infinispan.AdvancedCache;
import org.infinispan.container.entries.InternalCacheEntry;
import org.infinispan.distribution.DistributionManager;
import org.jspecify.annotations.Nullable;

/**
 * Goes round the sessions of which this node is the first owner, and remembers how far it has come. It reads this node's
 * memory without any lock; no other thread waits for it.
 */
final class SweepCursor {

    private final AdvancedCache<SessionKey, SessionEntry> cache;
    private @Nullable Iterator<InternalCacheEntry<SessionKey, SessionEntry>> round;
    private long looked;
    private long alive;
    private volatile double aliveShare = 1;

    SweepCursor(AdvancedCache<SessionKey, SessionEntry> cache) {
        this.cache = cache;
    }

    /** Looks at so many sessions, or at fewer if that completes the round, and returns those that have expired. */
    synchronized List<SessionKey> expired(long now, int limit) {
        Iterator<InternalCacheEntry<SessionKey, SessionEntry>> left = round;
        if (left == null) {
            left = cache.getDataContainer().iterator();
        }
        List<SessionKey> expired = new ArrayList<>();
        for (int i = 0; i < limit && left.hasNext(); i++) {
            InternalCacheEntry<SessionKey, SessionEntry> entry = left.next();
            SessionRecord record = entry.getValue().record();
            looked++;
            alive += record == null ? 0 : 1;
            if (record != null && record.isExpired(now) && isFirstOwner(entry.getKey())) {
                expired.add(entry.getKey());
            }
        }
        round = left.hasNext() ? left : null;
        if (round == null) {
            aliveShare = looked == 0 ? 1 : (double) alive / looked;
            looked = 0;
            alive = 0;
        }
        return expired;
    }

    /** Returns which share of the entries met on the last whole round were sessions, not marks of ended ones. */
    double aliveShare() {
        return aliveShare;
    }

    private boolean isFirstOwner(SessionKey key) {
        DistributionManager distribution = cache.getDistributionManager();
        return distribution == null
                || distribution.getCacheTopology().getDistribution(key).isPrimary();
    }
}
