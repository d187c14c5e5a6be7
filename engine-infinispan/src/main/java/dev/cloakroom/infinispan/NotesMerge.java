package dev.cloakroom.infinispan;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.infinispan.conflict.EntryMergePolicy;
import org.infinispan.container.entries.CacheEntry;
import org.jspecify.annotations.Nullable;

/** What is noted when two halves of a cluster meet: what either did; that one has begun to serve comes before all else. */
final class NotesMerge implements EntryMergePolicy<String, String> {

    @Override
    public @Nullable CacheEntry<String, String> merge(
            @Nullable CacheEntry<String, String> preferred, List<CacheEntry<String, String>> others) {
        List<CacheEntry<String, String>> all = Stream.concat(Stream.ofNullable(preferred), others.stream())
                .filter(Objects::nonNull)
                .filter(entry -> entry.getValue() != null)
                .toList();
        return all.stream()
                .filter(entry -> entry.getValue().equals(ClusterStartup.BEGUN))
                .findFirst()
                .orElse(all.isEmpty() ? null : all.get(0));
    }
}
