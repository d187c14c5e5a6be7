package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.key.KeyRing;
import dev.cloakroom.testkit.Browser;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionValuesTest {

    private final SessionEngine engine = SessionEngine.builder()
            .keys(KeyRing.random())
            .touchInterval(Duration.ofMinutes(30))
            .build();
    private final Browser browser = new Browser();

    @AfterEach
    void close() {
        engine.close();
    }

    private static SessionValues of(Session session) {
        return SessionValues.of(session, ValueTypes.standard());
    }

    @Test
    void valuesArePutReadAndRemoved() {
        browser.request(engine, session -> {
            SessionValues values = of(session);
            values.put("int", 1);
            values.put("text", "a");
            assertThat(values.get("int")).isEqualTo(1);
            assertThat(values.names()).containsExactly("int", "text");
        });

        browser.request(engine, session -> {
            SessionValues values = of(session);
            assertThat(values.session()).isSameAs(session);
            assertThat(values.get("int")).isEqualTo(1);
            values.remove("int");
            values.remove("none");
            assertThat(values.get("int")).isNull();
        });

        assertThat(of(browser.request(engine)).names()).containsExactly("text");
    }

    @Test
    void valueChangedWithoutPut_isWritten_andOneThatWasOnlyReadIsNot() {
        browser.request(engine, session -> of(session).put("bytes", new byte[] {1}));
        long writes = engine.metrics().storeWrites();
        browser.request(engine, session -> {
            SessionValues values = of(session);
            values.get("bytes");
            values.remove("none");
            values.writeChanges();
        });
        assertThat(engine.metrics().storeWrites()).isEqualTo(writes);

        browser.request(engine, session -> {
            SessionValues values = of(session);
            byte[] bytes = (byte[]) values.get("bytes");
            assertThat(values.get("bytes")).isSameAs(bytes);
            bytes[0] = 2;
            values.writeChanges();
        });

        assertThat(of(browser.request(engine)).get("bytes")).isEqualTo(new byte[] {2});
    }

    @Test
    void wrongValue_isRefusedAtOnce_andEndedSessionAtAnyPut() {
        Session session = engine.open((String) null);
        SessionValues values = of(session);

        assertThatIllegalArgumentException().isThrownBy(() -> values.put("long", new AtomicLong()));
        assertThat(values.get("long")).isNull();
        values.put("bytes", new byte[1]);
        session.logout();
        values.writeChanges();
        assertThatThrownBy(() -> values.put("int", 1)).isInstanceOf(SessionEndedException.class);
    }
}
