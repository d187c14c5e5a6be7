package dev.cloakroom;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Counts events of sessions and passes them to the listener. Catches failures of the listener. */
final class Events {

    private static final Logger LOGGER = System.getLogger("dev.cloakroom.SessionEngine");

    private final @Nullable SessionListener listener;
    private final EngineClock clock;
    private final Meter meter;
    private final SessionCodec codec;

    Events(@Nullable SessionListener listener, EngineClock clock, Meter meter, SessionCodec codec) {
        this.listener = listener;
        this.clock = clock;
        this.meter = meter;
        this.codec = codec;
    }

    void created(SessionState state) {
        meter.created.increment();
        if (listener != null) {
            tell(listener, new SessionEvent.Created(new SessionHandle(state.key()), held(state), at()));
        }
    }

    void loggedIn(SessionState state, String principal) {
        meter.logins.increment();
        if (listener != null) {
            tell(listener, new SessionEvent.LoggedIn(new SessionHandle(state.key()), principal, held(state), at()));
        }
    }

    void renewed(SessionState state) {
        meter.renewals.increment();
        if (listener != null) {
            tell(listener, new SessionEvent.Renewed(new SessionHandle(state.key()), held(state), at()));
        }
    }

    void idReused(SessionRecord record) {
        meter.reusedIds.increment();
        if (listener != null) {
            SessionAttributes held = held(record);
            tell(listener, new SessionEvent.IdReused(new SessionHandle(record.key()), principal(held), held, at()));
        }
    }

    void ended(SessionKey key, SessionAttributes held, SessionEvent.Cause cause) {
        meter.endings.increment();
        if (listener != null) {
            tell(listener, new SessionEvent.Ended(new SessionHandle(key), principal(held), cause, held, at()));
        }
    }

    /** Reports a session that the store removed. */
    void removed(SessionRecord record, SessionEvent.Cause cause) {
        ended(record.key(), held(record), cause);
    }

    /** Returns the attributes of a record, which are opened at the first read. */
    SessionAttributes held(SessionRecord record) {
        return new SessionAttributes(about(record), () -> {
            AttributeTable attributes = codec.attributes(record, clock.now());
            return attributes == null ? AttributeTable.EMPTY : attributes;
        });
    }

    private static SessionAttributes held(SessionState state) {
        SessionAttributes.About about = new SessionAttributes.About(
                state.times().createdAt(),
                state.times().lastAccess(),
                Integer.toUnsignedLong(state.ids().generation()));
        return new SessionAttributes(about, state::attributes);
    }

    private static SessionAttributes.About about(SessionRecord record) {
        byte[] data = record.data();
        long generation = RecordHead.isReadable(data) ? Integer.toUnsignedLong(RecordHead.generation(data)) : 0;
        return new SessionAttributes.About(record.createdAt(), record.lastAccess(), generation);
    }

    private Instant at() {
        return Instant.ofEpochMilli(clock.now());
    }

    private static @Nullable String principal(SessionAttributes held) {
        try {
            return held.get(Reserved.PRINCIPAL);
        } catch (AttributeException e) {
            return null;
        }
    }

    private static void tell(SessionListener listener, SessionEvent event) {
        try {
            listener.onEvent(event);
        } catch (VirtualMachineError e) {
            // The JVM has failed, so the caller gets the error.
            throw e;
        } catch (Throwable e) {
            LOGGER.log(
                    Level.WARNING,
                    "a SessionListener failed on the event " + event.getClass().getSimpleName()
                            + "; the session is not affected: correct the listener",
                    e);
        }
    }
}
