package dev.cloakroom.infinispan;

import dev.cloakroom.store.SessionKey;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.infinispan.conflict.EntryMergePolicy;
import org.infinispan.container.entries.CacheEntry;
import org.jspecify.annotations.Nullable;

/**
 * Which of a session's states counts when two halves of a cluster that both served it meet again: that it has ended
 * comes before all else, then the highest version, then the latest access. All nodes choose alike.
 */
final class SessionMerge implements EntryMergePolicy<SessionKey, SessionEntry> {

    private static final Comparator<SessionEntry> LEAST_FIRST = Comparator.comparing(SessionEntry::hasEnded)
            .thenComparingLong(
                    entry -> entry.record() == null ? 0 : entry.record().version())
            .thenComparingLong(
                    entry -> entry.record() == null ? 0 : entry.record().lastAccess())
            .thenComparingLong(entry -> entry.tokens().latest());

    @Override
    public @Nullable CacheEntry<SessionKey, SessionEntry> merge(
            @Nullable CacheEntry<SessionKey, SessionEntry> preferred,
            List<CacheEntry<SessionKey, SessionEntry>> others) {
        return Stream.concat(Stream.ofNullable(preferred), others.stream())
                .filter(Objects::nonNull)
                .filter(entry -> entry.getValue() != null)
                .max(Comparator.comparing(CacheEntry::getValue, LEAST_FIRST))
                .orElse(null);
    }
}
