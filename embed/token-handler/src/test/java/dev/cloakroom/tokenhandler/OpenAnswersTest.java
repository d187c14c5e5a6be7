package dev.cloakroom.tokenhandler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.SessionHandle;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.testkit.Concurrently;
import dev.cloakroom.testkit.ManualClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers that are still on their way when their session ends. The threads are separate: some reads ignore interrupts. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OpenAnswersTest {

    /** So long that only the handler's own call can have ended an answer. */
    private static final Duration NEVER = Duration.ofHours(1);

    private static final Duration OFTEN = Duration.ofMillis(50);

    private final AuthorizationServer provider = new AuthorizationServer();
    private final Api api = new Api(provider::accepts);
    private Site site = new Site(provider, api, builder -> builder.sessionCheck(NEVER));

    @AfterEach
    void close() {
        api.slow.release(10);
        site.close();
        api.close();
        provider.close();
    }

    private void checkOften() {
        site.close();
        site = new Site(provider, api, builder -> builder.sessionCheck(OFTEN));
    }

    private static InputStream begun(Visitor visitor, String path) throws IOException {
        InputStream body = visitor.stream(path);
        assertThat(new String(body.readNBytes(9), StandardCharsets.UTF_8)).isEqualTo("data: x\n\n");
        return body;
    }

    private SessionHandle handle() {
        return site.engine.sessionsOf(site.handler.principalOf("ada")).get(0).handle();
    }

    private void assertUpstreamIsLeft() throws InterruptedException {
        assertThat(api.left.tryAcquire(20, TimeUnit.SECONDS))
                .as("the upstream's side is closed, too")
                .isTrue();
    }

    @Test
    void eventStream_endsAtALogout_andThatOfAnotherSessionGoesOn() throws Exception {
        Visitor visitor = new Visitor(site).loggedIn();
        Visitor other = new Visitor(site).loggedIn();

        try (InputStream events = begun(visitor, "/api/endless-events");
                InputStream others = begun(other, "/api/endless-events")) {
            assertThat(visitor.copy().post("/bff/logout", "").statusCode()).isEqualTo(200);

            // An end, not a failure: an event stream has no last event.
            events.transferTo(OutputStream.nullOutputStream());
            assertUpstreamIsLeft();
            assertThat(others.readNBytes(90)).hasSize(90);
            assertThat(visitor.fetch("/api/endless-events").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void eventStream_endsAtABackchannelLogout() throws Exception {
        try (InputStream events = begun(new Visitor(site).loggedIn(), "/api/endless-events")) {
            assertThat(Visitor.sendLogoutToken(site.origin, provider.logoutToken())
                            .statusCode())
                    .isEqualTo(200);

            events.transferTo(OutputStream.nullOutputStream());
            assertUpstreamIsLeft();
        }
    }

    @Test
    void eventStream_endsWhenARefreshEndsTheSession() throws Exception {
        Visitor visitor = new Visitor(site).loggedIn();
        try (InputStream events = begun(visitor, "/api/endless-events")) {
            provider.beforeRefreshAnswer = () -> {
                throw new IOException("no answer");
            };
            site.later();
            assertThat(visitor.copy().fetch("/api/a").statusCode()).isEqualTo(401);

            events.transferTo(OutputStream.nullOutputStream());
        }
    }

    @Test
    void otherBody_isBrokenOffAtALogout_soThatItIsNotTakenForTheWhole() throws Exception {
        Visitor visitor = new Visitor(site).loggedIn();
        try (InputStream file = begun(visitor, "/api/endless-file")) {
            visitor.copy().post("/bff/logout", "");

            assertThatThrownBy(() -> file.transferTo(OutputStream.nullOutputStream()))
                    .isInstanceOf(IOException.class);
            assertUpstreamIsLeft();
        }
    }

    @Test
    void requestThatWaitsForItsAnswer_is401AtALogout() {
        Visitor visitor = new Visitor(site).loggedIn();

        List<Integer> statuses = Concurrently.run(2, thread -> {
            if (thread == 0) {
                return visitor.copy().fetch("/api/slow").statusCode();
            }
            while (api.seen.isEmpty()) {
                Thread.sleep(5);
            }
            return visitor.copy().post("/bff/logout", "").statusCode();
        });

        assertThat(statuses).containsExactly(401, 200);
    }

    @Test
    void eventStream_endsSoonAfterSomebodyElseEndsTheSession() throws Exception {
        checkOften();
        try (InputStream events = begun(new Visitor(site).loggedIn(), "/api/endless-events")) {
            site.engine.end(handle());

            events.transferTo(OutputStream.nullOutputStream());
            assertUpstreamIsLeft();
        }
    }

    @Test
    void eventStream_isNoAccess_andEndsSoonAfterTheSessionExpires() throws Exception {
        ManualClock clock = new ManualClock(Instant.now());
        site.close();
        site = new Site(
                provider, api, KeyRing.random(), engine -> engine.clock(clock), builder -> builder.sessionCheck(OFTEN));
        try (InputStream events = begun(new Visitor(site).loggedIn(), "/api/endless-events")) {
            clock.advance(Duration.ofMinutes(29));
            assertThat(events.readNBytes(90)).hasSize(90);
            clock.advance(Duration.ofMinutes(2));

            events.transferTo(OutputStream.nullOutputStream());
        }
    }

    @Test
    void eventStream_endsSoonAfterTokensThatCannotBeRefreshed() throws Exception {
        checkOften();
        provider.tokenResponse = fields -> fields.remove("refresh_token");
        try (InputStream events = begun(new Visitor(site).loggedIn(), "/api/endless-events")) {
            site.later();

            events.transferTo(OutputStream.nullOutputStream());
        }
    }

    @Test
    void silentEventStream_endsToo() throws Exception {
        checkOften();
        try (InputStream events = new Visitor(site).loggedIn().stream("/api/events")) {
            site.engine.end(handle());

            assertThat(events.read()).isEqualTo(-1);
        }
    }
}
