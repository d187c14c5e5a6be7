package dev.cloakroom.infinispan;

import dev.cloakroom.store.SessionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What Infinispan has under a principal's key: the sessions that are bound to it, in the order in which that was settled,
 * and then those that are about to be, or were not.
 */
final class PrincipalEntry extends TokenedValue<PrincipalEntry> {

    /**
     * A session's place in the index. It counts if the session is bound to the principal by the same binding.
     *
     * @param binding a number that no other binding has
     * @param settled whether a lookup has seen it bound, which fixes its place in the order
     * @param since when it was listed, in milliseconds since the epoch
     * @param lifespan how long the session can live from then on, or -1 for good
     */
    record Place(SessionKey session, long binding, boolean settled, long since, long lifespan) {
        /** Returns what two halves of a cluster know of the same binding. */
        Place merge(Place other) {
            long longest = Long.compareUnsigned(lifespan, other.lifespan) >= 0 ? lifespan : other.lifespan;
            return new Place(session, binding, settled || other.settled, since, longest);
        }

        private Place withLifespan(long other) {
            return new Place(session, binding, settled, since, other);
        }

        private Place settle() {
            return new Place(session, binding, true, since, lifespan);
        }
    }

    private final List<Place> places;

    PrincipalEntry(Tokens tokens, List<Place> places) {
        super(tokens);
        this.places = List.copyOf(places);
    }

    List<Place> places() {
        return places;
    }

    PrincipalEntry with(long token, Place place) {
        List<Place> more = new ArrayList<>(places.size() + 1);
        places.stream().filter(listed -> listed.binding() != place.binding()).forEach(more::add);
        more.add(place);
        return new PrincipalEntry(tokens().then(token), more);
    }

    /** Settles places: they follow those that are settled already, in the order in which they are here. */
    PrincipalEntry settled(long token, Predicate<Place> bound) {
        List<Place> all = new ArrayList<>(places.size());
        places.stream().filter(Place::settled).forEach(all::add);
        places.stream()
                .filter(place -> !place.settled() && bound.test(place))
                .map(Place::settle)
                .forEach(all::add);
        places.stream().filter(place -> !place.settled() && !bound.test(place)).forEach(all::add);
        return new PrincipalEntry(tokens().then(token), all);
    }

    PrincipalEntry extended(long token, long binding, long lifespan) {
        return new PrincipalEntry(
                tokens().then(token),
                places.stream()
                        .map(place -> place.binding() == binding ? place.withLifespan(lifespan) : place)
                        .toList());
    }

    PrincipalEntry without(long token, Predicate<Place> unwanted) {
        return new PrincipalEntry(
                tokens().then(token), places.stream().filter(unwanted.negate()).toList());
    }

    @Override
    PrincipalEntry expectation() {
        return new PrincipalEntry(Tokens.first(tokens().latest()), List.of());
    }

    @Override
    PrincipalEntry rewritten(long token) {
        return new PrincipalEntry(tokens().then(token), places);
    }

    /** Each write counts from now, so a place is kept at least for as long as its session can live. */
    @Override
    long lifespan() {
        long longest = Lifespans.EMPTY;
        for (Place place : places) {
            if (place.lifespan() < 0) {
                return -1;
            }
            longest = Math.max(longest, place.lifespan());
        }
        return longest;
    }

    @Override
    public String toString() {
        return "PrincipalEntry[" + places.size() + " sessions]";
    }
}
