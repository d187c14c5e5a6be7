package dev.cloakroom.infinispan;

import dev.cloakroom.infinispan.PrincipalEntry.Place;
import dev.cloakroom.store.PrincipalKey;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.infinispan.conflict.EntryMergePolicy;
import org.infinispan.container.entries.CacheEntry;
import org.infinispan.container.entries.metadata.MetadataImmortalCacheEntry;
import org.jspecify.annotations.Nullable;

/** Lists all that any half of a cluster listed: a place that is of no effect does no harm. All nodes merge alike. */
final class PrincipalMerge implements EntryMergePolicy<PrincipalKey, PrincipalEntry> {

    @Override
    public @Nullable CacheEntry<PrincipalKey, PrincipalEntry> merge(
            @Nullable CacheEntry<PrincipalKey, PrincipalEntry> preferred,
            List<CacheEntry<PrincipalKey, PrincipalEntry>> others) {
        List<CacheEntry<PrincipalKey, PrincipalEntry>> all = Stream.concat(
                        Stream.ofNullable(preferred), others.stream())
                .filter(Objects::nonNull)
                .filter(entry -> entry.getValue() != null)
                .toList();
        if (all.isEmpty()) {
            return null;
        }
        CacheEntry<PrincipalKey, PrincipalEntry> longest = all.stream()
                .max(Comparator.comparing(
                                CacheEntry<PrincipalKey, PrincipalEntry>::getValue,
                                Comparator.comparing(PrincipalEntry::lifespan, Long::compareUnsigned))
                        .thenComparingLong(entry -> entry.getValue().tokens().latest()))
                .orElseThrow();
        @SuppressWarnings("unchecked")
        CacheEntry<PrincipalKey, PrincipalEntry> merged = new MetadataImmortalCacheEntry(
                longest.getKey(), union(all.stream().map(CacheEntry::getValue).toList()), longest.getMetadata());
        return merged;
    }

    static PrincipalEntry union(List<PrincipalEntry> entries) {
        Map<Long, Place> byBinding = new HashMap<>();
        entries.forEach(
                entry -> entry.places().forEach(place -> byBinding.merge(place.binding(), place, Place::merge)));
        List<Place> places = byBinding.values().stream()
                .sorted(Comparator.comparing(Place::settled)
                        .reversed()
                        .thenComparingLong(Place::since)
                        .thenComparingLong(Place::binding))
                .toList();
        // Not one of the entries' own tokens: what is made here is equal to none of them.
        long token = entries.stream()
                .mapToLong(entry -> entry.tokens().latest())
                .distinct()
                .reduce(1, (one, other) -> one + Long.rotateLeft(other, 32));
        return new PrincipalEntry(Tokens.first(token), places);
    }
}
