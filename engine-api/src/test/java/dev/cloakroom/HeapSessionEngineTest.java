package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.key.KeyRing;
import dev.cloakroom.store.HeapSessionStore;
import dev.cloakroom.store.SessionStore;
import dev.cloakroom.testkit.ManualClock;
import dev.cloakroom.testkit.SessionEngineContract;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class HeapSessionEngineTest extends SessionEngineContract {

    @Override
    protected SessionStore newStore() {
        return HeapSessionStore.create();
    }

    @Test
    void encodedAttribute_storedChangedOrRemoved_asTheRequestSeesIt() {
        Attribute<String> name = Attribute.ofString("name");
        try (SessionEngine engine =
                SessionEngine.builder().keys(KeyRing.random()).build()) {
            Session session = engine.open((String) null);
            assertThat(session.encodedAttribute("name")).isNull();
            session.put(name, "Ada");
            assertThat(session.encodedAttribute("name")).isEqualTo(EncodedAttribute.of(name, "Ada"));
            session.login("ada");
            SessionHandle handle = session.handle();

            Session found = Objects.requireNonNull(engine.find(handle));
            assertThat(found.encodedAttribute("name")).isEqualTo(EncodedAttribute.of(name, "Ada"));
            found.remove(name);
            assertThat(found.encodedAttribute("name")).isNull();
            assertThat(found.encodedAttribute(Reserved.PRINCIPAL.name())).isNull();
            assertThat(found.encodedAttribute("")).isNull();
        }
    }

    @Test
    void events_ofALoginAndALogout_tellTimesAndGeneration() {
        List<SessionEvent> events = new ArrayList<>();
        ManualClock clock = new ManualClock(Instant.ofEpochSecond(1_800_000_000));
        try (SessionEngine engine = SessionEngine.builder()
                .keys(KeyRing.random())
                .clock(clock)
                .listener(events::add)
                .build()) {
            Instant beginning = clock.instant();
            Session session = engine.open((String) null);
            session.keep();
            engine.commit(session);
            clock.advance(Duration.ofMinutes(1));
            session.login("ada");
            session.logout();

            assertThat(events).extracting(SessionEvent::createdAt).containsOnly(beginning);
            assertThat(events).extracting(SessionEvent::idGeneration).containsExactly(0L, 1L, 1L);
            assertThat(events.get(2).lastAccessedAt()).isBetween(beginning, clock.instant());
        }
    }
}
