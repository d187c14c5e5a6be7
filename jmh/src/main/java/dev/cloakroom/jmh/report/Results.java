package dev.cloakroom.jmh.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** All results, each found by what was measured and on which JDK. */
final class Results {

    private record Key(Case measured, int jdk) {

        @Override
        public String toString() {
            return measured + ", JDK " + jdk;
        }
    }

    private final Map<Key, Result> results = new LinkedHashMap<>();

    /** Which of two figures for the same key is right nobody can tell from the files, so there may be one only. */
    void add(Result result) {
        Key key = new Key(result.measured(), result.jdk());
        Result before = results.putIfAbsent(key, result);
        if (before != null) {
            throw new IllegalArgumentException("measured twice: " + key + " is in "
                    + before.run().file() + " and in " + result.run().file());
        }
    }

    Collection<Result> all() {
        return results.values();
    }

    /** Returns the JDKs' feature numbers, the oldest first. */
    List<Integer> jdks() {
        return results.keySet().stream().map(Key::jdk).distinct().sorted().toList();
    }

    /** Returns what was measured on any JDK, in the order of the files. */
    List<Case> cases(Predicate<Case> wanted) {
        return results.keySet().stream()
                .map(Key::measured)
                .distinct()
                .filter(wanted)
                .toList();
    }

    @Nullable
    Figure time(@Nullable Case measured, int jdk) {
        Result result = measured == null ? null : results.get(new Key(measured, jdk));
        return result == null ? null : result.time();
    }

    @Nullable
    Figure allocated(Case measured, int jdk) {
        Result result = results.get(new Key(measured, jdk));
        return result == null ? null : result.allocated();
    }

    /** Returns how many times as long one case took as another; null unless both were measured on this JDK. */
    @Nullable
    Figure ratio(Case measured, @Nullable Case base, int jdk) {
        Figure time = time(measured, jdk);
        Figure baseTime = time(base, jdk);
        return time == null || baseTime == null ? null : time.dividedBy(baseTime);
    }

    /** Returns the first of some cases that was measured on any JDK. */
    @Nullable
    Case first(List<Case> candidates) {
        for (Case candidate : candidates) {
            for (int jdk : jdks()) {
                if (results.containsKey(new Key(candidate, jdk))) {
                    return candidate;
                }
            }
        }
        return null;
    }

    /** Returns the names of all parameters of some cases, in the order of their first appearance. */
    static List<String> paramNames(List<Case> cases) {
        List<String> names = new ArrayList<>();
        for (Case measured : cases) {
            for (String name : measured.params().keySet()) {
                if (!names.contains(name)) {
                    names.add(name);
                }
            }
        }
        return names;
    }
}
