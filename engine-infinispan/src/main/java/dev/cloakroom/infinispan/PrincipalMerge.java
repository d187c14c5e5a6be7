package dev.cloakroom.infinispan;

import dev.cloakroom.infinispan.PrincipalEntry.Place;
import dev.cloakroom.store.PrincipalKey;
import java.util.ArrayList;
import java.util.Collections;
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

    private static final Comparator<Place> OLDEST =
            Comparator.comparingLong(Place::since).thenComparingLong(Place::binding);

    private static final Comparator<PrincipalEntry> LONGEST = Comparator.comparing(
                    PrincipalEntry::lifespan, Long::compareUnsigned)
            .thenComparingLong(entry -> entry.tokens().latest());

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
                .max(Comparator.comparing(CacheEntry<PrincipalKey, PrincipalEntry>::getValue, LONGEST))
                .orElseThrow();
        @SuppressWarnings("unchecked")
        CacheEntry<PrincipalKey, PrincipalEntry> merged = new MetadataImmortalCacheEntry(
                longest.getKey(), union(all.stream().map(CacheEntry::getValue).toList()), longest.getMetadata());
        return merged;
    }

    private static List<Place> settledOf(PrincipalEntry entry) {
        return entry.places().stream().filter(Place::settled).toList();
    }

    /** Puts all places together: what one half has settled stays in its order, and the other's is put in by its age. */
    static PrincipalEntry union(List<PrincipalEntry> entries) {
        Map<Long, Place> byBinding = new HashMap<>();
        entries.forEach(
                entry -> entry.places().forEach(place -> byBinding.merge(place.binding(), place, Place::merge)));
        List<Place> places = new ArrayList<>();
        List<Place> settled = settledOf(Collections.max(entries, LONGEST)).stream()
                .map(place -> Objects.requireNonNull(byBinding.remove(place.binding())))
                .toList();
        List<Place> others = byBinding.values().stream()
                .filter(Place::settled)
                .sorted(OLDEST)
                .toList();
        int next = 0;
        for (Place place : settled) {
            for (; next < others.size() && others.get(next).since() < place.since(); next++) {
                places.add(others.get(next));
            }
            places.add(place);
        }
        places.addAll(others.subList(next, others.size()));
        byBinding.values().stream()
                .filter(place -> !place.settled())
                .sorted(OLDEST)
                .forEach(places::add);
        // Not one of the entries' own tokens: what is made here is equal to none of them.
        long token = entries.stream()
                .mapToLong(entry -> entry.tokens().latest())
                .distinct()
                .reduce(1, (one, other) -> one + Long.rotateLeft(other, 32));
        return new PrincipalEntry(Tokens.first(token), places);
    }
}
