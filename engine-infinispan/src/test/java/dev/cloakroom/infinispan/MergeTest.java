package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.infinispan.PrincipalEntry.Place;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.infinispan.container.entries.CacheEntry;
import org.infinispan.container.entries.ImmortalCacheEntry;
import org.junit.jupiter.api.Test;

/** What counts when two halves of a cluster meet: the same, whichever of them asks. */
class MergeTest {

    private static final SessionKey KEY = new SessionKey(1, 2);
    private static final PrincipalKey ADA = new PrincipalKey(3, 4);

    private static SessionEntry session(long token, long version, long lastAccess) {
        return new SessionEntry(
                Tokens.first(token), new SessionRecord(KEY, version, 0, lastAccess, 10, 100, null, new byte[0]), 0);
    }

    private static SessionEntry ended(long token) {
        return new SessionEntry(Tokens.first(token), null, 0);
    }

    @SuppressWarnings("unchecked")
    private static <K, V> CacheEntry<K, V> entry(K key, V value) {
        return new ImmortalCacheEntry(key, value);
    }

    private static SessionEntry merged(SessionEntry... entries) {
        List<CacheEntry<SessionKey, SessionEntry>> all = new ArrayList<>();
        Arrays.stream(entries).forEach(each -> all.add(entry(KEY, each)));
        SessionEntry first = Objects.requireNonNull(new SessionMerge().merge(all.get(0), all.subList(1, all.size())))
                .getValue();
        Collections.reverse(all);
        CacheEntry<SessionKey, SessionEntry> other = new SessionMerge().merge(null, all);
        assertThat(Objects.requireNonNull(other).getValue()).isSameAs(first);
        return first;
    }

    @Test
    void session_endedOnOneSide_staysEnded() {
        assertThat(merged(session(1, 9, 9), ended(2), session(3, 8, 8)).hasEnded())
                .isTrue();
    }

    @Test
    void session_changedOnBothSides_higherVersionThenLaterAccessCounts() {
        assertThat(merged(session(1, 2, 9), session(2, 3, 1)).tokens().latest()).isEqualTo(2);
        assertThat(merged(session(1, 3, 9), session(2, 3, 1)).tokens().latest()).isEqualTo(1);
        assertThat(merged(session(1, 3, 1), session(2, 3, 1)).tokens().latest()).isEqualTo(2);
    }

    @Test
    void session_nowhere_staysAway() {
        assertThat(new SessionMerge().merge(null, List.of())).isNull();
    }

    @Test
    void index_listedOnEitherSide_isListed() {
        Place common = new Place(KEY, 1, false, 10, 5);
        Place settled = new Place(KEY, 1, true, 10, -1);
        Place here = new Place(KEY, 2, true, 30, 5);
        Place there = new Place(KEY, 3, true, 20, 5);
        PrincipalEntry one = new PrincipalEntry(Tokens.first(1), List.of(common, here));
        PrincipalEntry other = new PrincipalEntry(Tokens.first(2), List.of(settled, there));

        PrincipalEntry union = PrincipalMerge.union(List.of(one, other));

        assertThat(union.places()).containsExactly(settled, there, here);
        assertThat(union).isNotIn(one, other).isEqualTo(PrincipalMerge.union(List.of(other, one)));
        CacheEntry<PrincipalKey, PrincipalEntry> merged =
                new PrincipalMerge().merge(entry(ADA, one), List.of(entry(ADA, other)));
        assertThat(Objects.requireNonNull(merged).getValue().places()).isEqualTo(union.places());
    }

    @Test
    void index_orderThatIsSettled_stays() {
        Place last = new Place(KEY, 1, true, 10, 5);
        Place middle = new Place(KEY, 2, true, 10, 5);
        Place first = new Place(KEY, 3, true, 20, 5);
        Place older = new Place(KEY, 4, true, 5, 5);
        Place younger = new Place(KEY, 5, true, 30, 5);
        PrincipalEntry before = new PrincipalEntry(Tokens.first(1), List.of(first, middle, last));
        PrincipalEntry one = new PrincipalEntry(Tokens.first(2), List.of(first, middle, last));
        PrincipalEntry other = new PrincipalEntry(Tokens.first(1), List.of(younger, older));

        assertThat(PrincipalMerge.union(List.of(before, one)).places()).containsExactly(first, middle, last);
        assertThat(PrincipalMerge.union(List.of(other, one)).places())
                .containsExactly(older, first, middle, last, younger)
                .isEqualTo(PrincipalMerge.union(List.of(one, other)).places());
    }
}
