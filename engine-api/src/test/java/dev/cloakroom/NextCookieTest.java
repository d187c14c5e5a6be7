package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.cookie.SetCookie;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.testkit.Browser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NextCookieTest {

    private static final Attribute<String> NAME = Attribute.ofString("name");

    private final SessionEngine engine =
            SessionEngine.builder().keys(KeyRing.random()).build();

    @AfterEach
    void close() {
        engine.close();
    }

    private Lookup lookup(SetCookie cookie) {
        return engine.lookup(cookie.name() + "=" + cookie.value());
    }

    @Test
    void newSession_isStoredWithTheCookieThatWasAnnounced() {
        Session session = engine.open((String) null);
        session.put(NAME, "Ada");

        SetCookie announced = session.nextCookie();

        assertThat(lookup(announced)).isInstanceOf(Lookup.Ended.class);
        assertThat(session.nextCookie().value()).isEqualTo(announced.value());
        assertThat(engine.commit(session)).containsExactly(announced.toHeader());
        assertThat(lookup(announced)).isInstanceOf(Lookup.Found.class);
    }

    @Test
    void loginAndRenewal_giveTheCookieThatWasAnnounced_eachAnother() {
        Browser browser = new Browser();
        browser.request(engine, session -> session.put(NAME, "Ada"));

        for (int round = 0; round < 2; round++) {
            boolean login = round == 0;
            String[] announced = new String[1];
            browser.request(engine, session -> {
                announced[0] = session.nextCookie().value();
                if (login) {
                    session.login("ada");
                } else {
                    session.renewId();
                }
                assertThat(session.nextCookie().value()).isNotEqualTo(announced[0]);
            });
            assertThat(browser.value()).isEqualTo(announced[0]);
            assertThat(engine.open(browser.header()).get(NAME)).isEqualTo("Ada");
        }
    }

    @Test
    void loginOfAnotherPrincipal_givesAnotherCookie() {
        Browser browser = new Browser().login(engine, "ada");
        String[] announced = new String[1];

        Session session = browser.request(engine, each -> {
            announced[0] = each.nextCookie().value();
            each.login("bob");
        });

        assertThat(browser.value()).isNotEqualTo(announced[0]);
        assertThat(session.principal()).isEqualTo("bob");
        assertThat(engine.lookup(engine.cookiePolicy().name() + "=" + announced[0]))
                .isInstanceOf(Lookup.Ended.class);
    }

    @Test
    void announcementAlone_storesNothing_andEndedSessionHasNone() {
        Session session = engine.open((String) null);
        session.nextCookie();

        assertThat(engine.commit(session)).isEmpty();
        assertThat(engine.metrics().sessions()).isZero();
        session.logout();
        assertThatThrownBy(session::nextCookie).isInstanceOf(SessionEndedException.class);
    }

    @Test
    void attribute_isReadWithoutItsType() {
        Session session = engine.open((String) null);
        session.put(NAME, "Ada");
        session.login("ada");

        assertThat(session.encodedAttribute("name"))
                .isEqualTo(ValueTypes.standard().encode("name", "Ada"));
        assertThat(session.encodedAttribute("other")).isNull();
        assertThat(session.encodedAttribute("")).isNull();
        assertThat(session.encodedAttribute("\0principal")).isNull();
    }
}
