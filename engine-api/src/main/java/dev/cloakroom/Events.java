package dev.cloakroom;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Counts what happens to sessions and tells the listener, whose failures end here. */
final class Events {

    private static final Logger LOGGER = System.getLogger(SessionEngine.class.getName());

    private final @Nullable SessionListener listener;
    private final InstantSource clock;
    private final Meter meter;
    private final SessionCodec codec;

    Events(@Nullable SessionListener listener, InstantSource clock, Meter meter, SessionCodec codec) {
        this.listener = listener;
        this.clock = clock;
        this.meter = meter;
        this.codec = codec;
    }

    void created(SessionKey key) {
        meter.created.increment();
        if (listener != null) {
            tell(listener, new SessionEvent.Created(new SessionHandle(key), clock.instant()));
        }
    }

    void loggedIn(SessionKey key, String principal) {
        meter.logins.increment();
        if (listener != null) {
            tell(listener, new SessionEvent.LoggedIn(new SessionHandle(key), principal, clock.instant()));
        }
    }

    void renewed(SessionKey key) {
        meter.renewals.increment();
        if (listener != null) {
            tell(listener, new SessionEvent.Renewed(new SessionHandle(key), clock.instant()));
        }
    }

    void ended(SessionKey key, @Nullable String principal, SessionEvent.Cause cause) {
        meter.endings.increment();
        if (listener != null) {
            tell(listener, new SessionEvent.Ended(new SessionHandle(key), principal, cause, clock.instant()));
        }
    }

    /** Tells of a session that the store removed. */
    void removed(SessionRecord record, SessionEvent.Cause cause) {
        ended(record.key(), listener == null ? null : principalOf(record), cause);
    }

    private @Nullable String principalOf(SessionRecord record) {
        AttributeTable attributes = codec.attributes(record, clock.millis());
        try {
            return attributes == null ? null : attributes.get(Reserved.PRINCIPAL);
        } catch (AttributeException e) {
            return null;
        }
    }

    private static void tell(SessionListener listener, SessionEvent event) {
        try {
            listener.onEvent(event);
        } catch (RuntimeException e) {
            LOGGER.log(
                    Level.WARNING,
                    "a session listener failed on " + event.getClass().getSimpleName(),
                    e);
        }
    }
}
