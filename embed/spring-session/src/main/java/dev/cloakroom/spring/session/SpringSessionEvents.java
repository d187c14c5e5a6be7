package dev.cloakroom.spring.session;

import dev.cloakroom.SessionEvent;
import dev.cloakroom.SessionListener;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.session.Session;
import org.springframework.session.events.SessionCreatedEvent;
import org.springframework.session.events.SessionDeletedEvent;
import org.springframework.session.events.SessionExpiredEvent;

/**
 * Publishes the engine's events as Spring Session's: {@link SessionCreatedEvent}, {@link SessionExpiredEvent} for what
 * expired, and {@link SessionDeletedEvent} for every other ending. Give it to
 * {@link dev.cloakroom.SessionEngine.Builder#listener}.
 *
 * <p>In a cluster the node that caused an event publishes it. The event's session has the id, the times and the attributes
 * of that moment, and cannot be changed. Values are decoded when they are asked for.
 *
 * <p>Thread-safe.
 */
public final class SpringSessionEvents implements SessionListener {

    private final ApplicationEventPublisher publisher;
    private final SessionValues values;
    private final Executor executor;

    /** Publishes on the thread that caused the event: for a store of this machine, or listeners that do not block. */
    public SpringSessionEvents(ApplicationEventPublisher publisher, SessionJson json) {
        this(publisher, json, Runnable::run);
    }

    /**
     * Publishes by an executor. With a clustered store an event may come on a thread of the store, which must not be
     * blocked.
     */
    public SpringSessionEvents(ApplicationEventPublisher publisher, SessionJson json, Executor executor) {
        this.publisher = Objects.requireNonNull(publisher, "publisher");
        this.values = new SessionValues(json);
        this.executor = Objects.requireNonNull(executor, "executor");
    }

    @Override
    public void onEvent(SessionEvent event) {
        if (event instanceof SessionEvent.Created) {
            publish(new SessionCreatedEvent(this, session(event)));
        } else if (event instanceof SessionEvent.Ended over) {
            publish(
                    over.cause() == SessionEvent.Cause.EXPIRED
                            ? new SessionExpiredEvent(this, session(event))
                            : new SessionDeletedEvent(this, session(event)));
        }
    }

    private Session session(SessionEvent event) {
        return new EventSession(event, values);
    }

    private void publish(Object event) {
        executor.execute(() -> publisher.publishEvent(event));
    }
}
