package dev.cloakroom.spring.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionLimit;
import dev.cloakroom.key.KeyRing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.security.web.authentication.session.SessionAuthenticationException;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.SaveMode;
import org.springframework.session.Session;
import org.springframework.session.events.AbstractSessionEvent;
import org.springframework.session.events.SessionCreatedEvent;
import org.springframework.session.events.SessionDeletedEvent;
import org.springframework.session.events.SessionExpiredEvent;
import org.springframework.session.web.http.CookieHttpSessionIdResolver;
import org.springframework.session.web.http.CookieSerializer;
import org.springframework.session.web.http.HeaderHttpSessionIdResolver;
import org.springframework.session.web.http.HttpSessionIdResolver;
import org.springframework.session.web.http.SessionRepositoryFilter;

class CloakroomSessionRepositoryTest {

    private static final String PRINCIPAL = FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-28T12:00:00Z"));
    private final List<Object> events = new ArrayList<>();
    private final SessionJson json = SessionJson.create();
    private final SessionEngine engine = SessionEngine.builder()
            .keys(KeyRing.random())
            .clock(now::get)
            .withoutSweeping()
            .maxSessionsPerPrincipal(2, SessionLimit.REFUSE)
            .listener(new SpringSessionEvents(events::add, json))
            .build();
    private final CloakroomSessionRepository repository = new CloakroomSessionRepository(engine, json);

    @AfterEach
    void close() {
        engine.close();
    }

    private CloakroomSession saved(Consumer<CloakroomSession> change) {
        CloakroomSession session = repository.createSession();
        change.accept(session);
        repository.save(session);
        return session;
    }

    @Test
    void findById_savedSession_hasItsAttributesAndTimes() {
        CloakroomSession session = saved(made -> {
            made.setAttribute("text", "red");
            made.setAttribute("number", 7);
            made.setAttribute("list", new ArrayList<>(List.of("a")));
            made.setMaxInactiveInterval(Duration.ofHours(2));
        });
        now.updateAndGet(time -> time.plusSeconds(5));

        CloakroomSession found = repository.findById(session.getId());

        assertThat(found).isNotNull().isEqualTo(session);
        assertThat(found.<String>getAttribute("text")).isEqualTo("red");
        assertThat(found.<Integer>getAttribute("number")).isEqualTo(7);
        assertThat(found.<List<String>>getAttribute("list")).containsExactly("a");
        assertThat(found.getAttributeNames()).containsExactlyInAnyOrder("text", "number", "list");
        assertThat(found.getCreationTime()).isEqualTo(Instant.parse("2026-11-28T12:00:00Z"));
        assertThat(found.getMaxInactiveInterval()).isEqualTo(Duration.ofHours(2));
        assertThat(found.isExpired()).isFalse();
    }

    @Test
    void findById_emptySession_isThereAsSpringExpects() {
        assertThat(repository.findById(saved(made -> {}).getId())).isNotNull();
    }

    @Test
    void findById_anythingElse_isNull() {
        String id = saved(made -> {}).getId();

        assertThat(List.of("", "none", "a.b", id + "0", "0" + id, id.replace(".0", ".00"), id.replace(".0", ".1")))
                .allSatisfy(text -> assertThat(repository.findById(text)).isNull());
    }

    @Test
    void findById_idBeforeALogin_isNull() {
        CloakroomSession session = saved(made -> made.setAttribute("coat", "red"));
        String before = session.getId();

        session.setAttribute(PRINCIPAL, "ada");

        assertThat(session.getId()).isNotEqualTo(before);
        assertThat(repository.findById(before)).isNull();
        assertThat(repository.findById(session.getId())).isNotNull();
    }

    @Test
    void deleteById_anyIdOfTheSession_endsIt() {
        CloakroomSession session = saved(made -> {});
        String before = session.getId();
        session.setAttribute(PRINCIPAL, "ada");

        repository.deleteById(before);

        assertThat(repository.findById(session.getId())).isNull();
    }

    @Test
    void save_afterTheSessionEnded_bringsNothingBack() {
        CloakroomSession session = saved(made -> {});
        CloakroomSession other = repository.findById(session.getId());
        repository.deleteById(session.getId());

        assertThat(other).isNotNull();
        other.setAttribute("coat", "red");
        repository.save(other);

        assertThat(repository.findById(session.getId())).isNull();
        assertThat(other.isExpired()).isTrue();
    }

    @Test
    void findByPrincipalName_severalSessions_findsAllOfThemAndNoOther() {
        CloakroomSession first = saved(made -> made.setAttribute(PRINCIPAL, "ada"));
        CloakroomSession second = saved(made -> made.setAttribute(PRINCIPAL, "ada"));
        saved(made -> made.setAttribute(PRINCIPAL, "bob"));

        assertThat(repository.findByPrincipalName("ada")).containsOnlyKeys(first.getId(), second.getId());
        assertThat(repository.findByPrincipalName("cleo")).isEmpty();
        assertThat(repository.findByPrincipalName("")).isEmpty();
        assertThat(repository.findByIndexNameAndIndexValue("other", "ada")).isEmpty();
    }

    @Test
    void setAttribute_principalBeyondTheLimit_failsAsAnAuthenticationAndLeavesTheSessionAnonymous() {
        saved(made -> made.setAttribute(PRINCIPAL, "ada"));
        saved(made -> made.setAttribute(PRINCIPAL, "ada"));
        CloakroomSession third = saved(made -> made.setAttribute("coat", "red"));

        assertThatExceptionOfType(SessionAuthenticationException.class)
                .isThrownBy(() -> third.setAttribute(PRINCIPAL, "ada"))
                .withMessage("Maximum sessions of 2 for this principal exceeded");
        repository.save(third);

        assertThat(third.<String>getAttribute(PRINCIPAL)).isNull();
        assertThat(third.engineSession().principal()).isNull();
        assertThat(repository.findById(third.getId())).isNotNull();
    }

    @Test
    void setMaxInactiveInterval_zeroOrLess_neverIdle() {
        CloakroomSession session = saved(made -> made.setMaxInactiveInterval(Duration.ofSeconds(-1)));
        now.updateAndGet(time -> time.plus(Duration.ofHours(11)));

        assertThat(session.getMaxInactiveInterval()).isEqualTo(Duration.ofSeconds(-1));
        assertThat(repository.findById(session.getId())).isNotNull();
    }

    @Test
    void save_valueChangedInPlace_asTheSaveModeSays() {
        CloakroomSession session = saved(made -> made.setAttribute("list", new ArrayList<>(List.of("a"))));
        addInPlace(session.getId(), "lost");
        assertThat(list(session.getId())).containsExactly("a");

        repository.setSaveMode(SaveMode.ON_GET_ATTRIBUTE);
        addInPlace(session.getId(), "kept");

        assertThat(list(session.getId())).containsExactly("a", "kept");
    }

    private void addInPlace(String id, String value) {
        CloakroomSession session = repository.findById(id);
        assertThat(session).isNotNull();
        session.<List<String>>getRequiredAttribute("list").add(value);
        repository.save(session);
    }

    private List<String> list(String id) {
        CloakroomSession session = repository.findById(id);
        assertThat(session).isNotNull();
        return session.getRequiredAttribute("list");
    }

    @Test
    void getAttribute_securityContextThatCannotBeRead_isAbsent() {
        CloakroomSession session = saved(made -> made.engineSession()
                .put(new SessionValues(json).attribute("SPRING_SECURITY_CONTEXT"), new byte[] {'{'}));

        CloakroomSession found = repository.findById(session.getId());

        assertThat(found).isNotNull();
        assertThat(found.<Object>getAttribute("SPRING_SECURITY_CONTEXT")).isNull();
    }

    @Test
    void events_wholeLife_arePublishedWithTheIdOfTheTime() {
        CloakroomSession session = saved(made -> made.setAttribute("coat", "red"));
        session.setAttribute(PRINCIPAL, "ada");
        String created = session.getId().replace(".1", ".0");
        repository.deleteById(session.getId());
        CloakroomSession expiring = saved(made -> made.setAttribute("coat", "blue"));
        Instant began = now.get();
        now.updateAndGet(time -> time.plus(Duration.ofHours(1)));
        engine.sweep(1_000);

        assertThat(events)
                .extracting(Object::getClass)
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .containsExactly(
                        SessionCreatedEvent.class,
                        SessionDeletedEvent.class,
                        SessionCreatedEvent.class,
                        SessionExpiredEvent.class);
        assertThat(events)
                .extracting(event -> ((AbstractSessionEvent) event).getSessionId())
                .containsExactly(created, session.getId(), expiring.getId(), expiring.getId());
        Session expired = ((AbstractSessionEvent) events.get(3)).getSession();
        assertThat(expired.getCreationTime()).isEqualTo(began);
        assertThat(expired.getLastAccessedTime()).isEqualTo(began);
        assertThat(expired.<String>getAttribute("coat")).isEqualTo("blue");
    }

    // What would take a public id for a secret is refused at the start.

    @Test
    void start_headerResolver_isRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> start(context ->
                        context.registerBean(HttpSessionIdResolver.class, HeaderHttpSessionIdResolver::xAuthToken)))
                .withMessageContaining("HeaderHttpSessionIdResolver")
                .withMessageContaining("Remove the bean");
    }

    @Test
    void start_cookieResolverWithAnotherSerializer_isRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> start(context -> context.registerBean(CookieHttpSessionIdResolver.class)))
                .withMessageContaining("CookieHttpSessionIdResolver");
    }

    @Test
    void start_springsOwnFilter_isRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> start(context -> context.registerBean(
                        "other", SessionRepositoryFilter.class, () -> new SessionRepositoryFilter<>(repository))))
                .withMessageContaining("the bean other")
                .withMessageContaining("@EnableSpringHttpSession");
    }

    @Test
    void start_cookieResolverWithOurSerializer_starts() {
        start(context -> context.registerBean(CookieHttpSessionIdResolver.class, () -> {
            CookieHttpSessionIdResolver resolver = new CookieHttpSessionIdResolver();
            resolver.setCookieSerializer(context.getBean(CookieSerializer.class));
            return resolver;
        }));
    }

    private void start(Consumer<GenericApplicationContext> beans) {
        try (GenericApplicationContext context = new GenericApplicationContext()) {
            org.springframework.context.annotation.AnnotationConfigUtils.registerAnnotationConfigProcessors(context);
            context.registerBean(SessionEngine.class, () -> engine);
            context.registerBean(CloakroomHttpSessionConfiguration.class);
            beans.accept(context);
            context.refresh();
            assertThat(context.getBean("springSessionRepositoryFilter")).isInstanceOf(CloakroomSessionFilter.class);
        }
    }
}
