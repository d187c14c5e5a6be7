package dev.cloakroom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.cookie.CookieSigner;
import dev.cloakroom.cookie.Verified;
import dev.cloakroom.internal.id.SessionCookies;
import dev.cloakroom.key.KeyAlgorithm;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.key.SigningKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.testkit.Browser;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a party can do that has the keys and not the store. */
class StolenKeyTest {

    private static final int ID_LENGTH = 32;

    @ParameterizedTest
    @EnumSource
    void forgedCookie_ofAKnownSession_opensNothing(KeyAlgorithm algorithm) {
        KeyRing stolen = KeyRing.of(SigningKey.generate(algorithm));
        try (SessionEngine engine =
                SessionEngine.builder().keys(stolen).withoutSweeping().build()) {
            Browser owner = new Browser().login(engine, "ada");
            SessionKey known = engine.sessionsOf("ada").get(0).handle().key();
            SessionCookies thief = new SessionCookies(engine.cookiePolicy(), stolen);

            Lookup lookup = engine.lookup(forged(thief, known));

            assertThat(lookup).isEqualTo(new Lookup.Ended(EndReason.SUPERSEDED));
            assertThat(engine.lookup(owner.cookie())).isInstanceOf(Lookup.Found.class);
        }
    }

    private static String forged(SessionCookies cookies, SessionKey session) {
        byte[] id = new byte[ID_LENGTH];
        ThreadLocalRandom.current().nextBytes(id);
        String value =
                cookies.issue(session, id, System.currentTimeMillis()).cookie().value();
        return cookies.name() + "=" + value;
    }

    @Test
    void signedValue_madeWithTheKey_isValid() {
        KeyRing stolen = KeyRing.random();
        KeyRing own = KeyRing.of(stolen.current());

        String forged = CookieSigner.create(stolen).sign("role", "admin");

        assertThat(CookieSigner.create(own).verify("role", forged)).isInstanceOf(Verified.Valid.class);
    }
}
