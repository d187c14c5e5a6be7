package dev.cloakroom;

import dev.cloakroom.internal.id.IdState;
import dev.cloakroom.internal.id.SessionCookies;
import dev.cloakroom.store.SessionRecord;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes sessions in the store, by compare-and-set alone.
 *
 * <p>A change is a pure function from the state that is there to the next one. It is worked out from the record that the
 * request looked up, and stored if that record is still the newest. If another request stored one first, the record is
 * loaded and the change worked out anew. That is how two requests that change different attributes are both kept, and
 * why an update never loses an increment. Two things are checked again with each record loaded. Is there a live session:
 * a session that was ended stays ended, for nothing here creates. And is it of the generation that the request opened: a
 * request with the id from before a login must not write into what is now the session of a principal.
 *
 * <p>The loop is lock-free: a writer that has to try again lost to one that succeeded. Safe for use by any number of
 * threads, each with a session of its own.
 */
final class Changes {

    private static final int EAGER_ATTEMPTS = 4;
    private static final long LONGEST_PAUSE_NANOS = 1_000_000;

    private final EngineContext context;
    private final CookieDelivery delivery;

    Changes(EngineContext context, CookieDelivery delivery) {
        this.context = context;
        this.delivery = delivery;
    }

    /** A change to a session's state. */
    interface Change {
        /** Returns the next state, or null if the present one is fine. */
        @Nullable
        SessionState apply(SessionState present);
    }

    /**
     * Changes a session, and takes what the request wants changed for done. Afterwards the session has the record that
     * is in force, or is known to be over.
     *
     * @return the state in force, or null if the session is over
     */
    Flow<@Nullable SessionState> apply(WorkingSession session, Change change) {
        return apply(session, change, session::committed);
    }

    /** Does the same, but what the request wants changed is no part of it and stays to be committed. */
    Flow<@Nullable SessionState> applyAside(WorkingSession session, Change change) {
        return apply(session, change, session::rebase);
    }

    private Flow<@Nullable SessionState> apply(
            WorkingSession session, Change change, BiConsumer<SessionRecord, AttributeTable> whenStored) {
        SessionRecord base = session.record();
        return base == null ? over(session) : attempt(session, change, whenStored, base, session.stored(), 0);
    }

    private Flow<@Nullable SessionState> attempt(
            WorkingSession session,
            Change change,
            BiConsumer<SessionRecord, AttributeTable> whenStored,
            SessionRecord base,
            AttributeTable attributes,
            int attempt) {
        SessionState present = SessionCodec.decode(base, attributes);
        SessionState next = change.apply(present);
        if (next == null) {
            session.rebase(base, attributes);
            return Flow.done(present);
        }
        SessionRecord record = context.codec().encode(next, context.now());
        return context.replace(record).then(replaced -> {
            if (replaced) {
                whenStored.accept(record, next.attributes());
                return Flow.done(next);
            }
            return pause(attempt)
                    .then(done -> newest(session))
                    .then(newest -> newest == null
                            ? over(session)
                            : attempt(session, change, whenStored, newest.record(), newest.attributes(), attempt + 1));
        });
    }

    /**
     * Tries to change a session, and leaves it to the next request if another stored something first. What the request
     * wants changed is no part of it.
     */
    Flow<Boolean> applyOnce(WorkingSession session, Change change) {
        SessionRecord base = session.record();
        SessionState next = base == null ? null : change.apply(SessionCodec.decode(base, session.stored()));
        if (next == null) {
            return Flow.done(false);
        }
        SessionRecord record = context.codec().encode(next, context.now());
        return context.replace(record).then(replaced -> {
            if (replaced) {
                session.rebase(record, next.attributes());
            }
            return Flow.done(replaced);
        });
    }

    private static Flow<@Nullable SessionState> over(WorkingSession session) {
        session.over();
        return Flow.done(null);
    }

    private record Newest(SessionRecord record, AttributeTable attributes) {}

    /** Loads the newest record of a session, or null if the session is over for this request. */
    private Flow<@Nullable Newest> newest(WorkingSession session) {
        return context.reload(session.key()).then(record -> {
            if (record == null || !isOpen(session, record)) {
                return Flow.done(null);
            }
            AttributeTable attributes = context.codec().attributes(record, context.now());
            return Flow.done(attributes == null ? null : new Newest(record, attributes));
        });
    }

    private boolean isOpen(WorkingSession session, SessionRecord record) {
        return RecordHead.isReadable(record.data())
                && context.lifetimes().over(record, context.now()) == null
                && session.isSameGeneration(record);
    }

    /** Gives a session the newest record. The result is false if the session is over. */
    Flow<Boolean> refreshed(WorkingSession session) {
        return newest(session).then(newest -> {
            if (newest == null) {
                session.over();
                return Flow.done(false);
            }
            session.rebase(newest.record(), newest.attributes());
            return Flow.done(true);
        });
    }

    /** Returns the state that comes after one, accessed now if the request counts as an access. */
    SessionState next(WorkingSession session, SessionState present, long now) {
        SessionState next = context.lifetimes().corrected(present.next(), now);
        return session.countsAsAccess() ? next.with(next.times().accessed(now)) : next;
    }

    /** Stores a session for the first time. */
    Flow<SessionState> create(WorkingSession session, @Nullable String principal, Persistence persistence) {
        long now = context.now();
        SessionCookies.Issued issued = session.nextId(now);
        SessionState anonymous = session.changed(new SessionState(
                session.key(),
                1,
                new SessionState.Times(Math.min(session.openedAt(), now), Math.min(session.openedAt(), now), now),
                SessionState.Lifetime.OF_THE_ENGINE,
                null,
                IdState.first(issued.hash(), now),
                AttributeTable.EMPTY));
        SessionState state = principal == null ? anonymous : bound(anonymous, principal, persistence, now);
        SessionRecord record = context.codec().encode(state, now);
        return context.insert(record).then(inserted -> {
            if (!inserted) {
                throw new IllegalStateException("the store has a record under a key that was just drawn at random: "
                        + "check that SessionStore.newKey draws random keys");
            }
            session.committed(record, state.attributes());
            delivery.deliver(session, state, issued, now);
            context.events().created(state);
            return Flow.done(state);
        });
    }

    /** Returns a state with a principal bound to it. A login is an authentication: the absolute lifetime begins. */
    SessionState bound(SessionState state, String principal, Persistence persistence, long now) {
        AttributeTable attributes = state.attributes()
                .with(Reserved.PRINCIPAL, principal)
                .with(Reserved.LOGGED_IN_AT, Instant.ofEpochMilli(now));
        return state.with(attributes)
                .with(state.times().authenticated(now))
                .with(state.lifetime().with(persistence))
                .withPrincipalKey(context.principals().current(principal, now));
    }

    /** Lets others finish, a little longer after each try and never as long as the one beside. */
    private static Flow<@Nullable Void> pause(int attempt) {
        if (attempt < EAGER_ATTEMPTS) {
            Thread.onSpinWait();
            return Flow.done();
        }
        long longest = Math.min(LONGEST_PAUSE_NANOS, 1_000L << Math.min(attempt, 20));
        return Flow.pause(ThreadLocalRandom.current().nextLong(1, longest));
    }
}
