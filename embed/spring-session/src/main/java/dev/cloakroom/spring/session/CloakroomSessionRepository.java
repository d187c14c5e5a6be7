package dev.cloakroom.spring.session;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.session.FindByIndexNameSessionRepository;
import org.springframework.session.SaveMode;
import org.springframework.session.web.http.HttpSessionIdResolver;
import org.springframework.session.web.http.SessionRepositoryFilter;

/**
 * The engine's sessions for Spring, outside of their browsers' requests: by id for a WebSocket, a job or an
 * administrator's page, and by principal. Inside of a request {@link CloakroomSessionFilter} gives the session.
 *
 * <p><b>By id.</b> An id finds its session until a login or an explicit renewal gives the session another id. Finding a
 * session is no access of it. A session that was found can be changed, saved and deleted, and gets no other id.
 *
 * <p><b>By principal.</b> {@link #findByPrincipalName} is exact when it returns, and costs no more than that principal's
 * sessions.
 *
 * <p><b>At start</b> a repository that is a bean refuses filters and resolvers that would take its public ids for secrets.
 *
 * <p>Thread-safe, once it is set up. Store failures arrive as {@link dev.cloakroom.store.SessionStoreException}.
 */
public final class CloakroomSessionRepository
        implements FindByIndexNameSessionRepository<CloakroomSession>, BeanFactoryAware, SmartInitializingSingleton {

    private final SessionEngine engine;
    private final SessionValues values;

    private SaveMode saveMode = SaveMode.ON_SET_ATTRIBUTE;
    private @Nullable String rememberMeParameter;
    private @Nullable BeanFactory beanFactory;

    /** Makes a repository of an engine's sessions. The engine stays the caller's to close. */
    public CloakroomSessionRepository(SessionEngine engine, SessionJson json) {
        this.engine = Objects.requireNonNull(engine, "engine");
        this.values = new SessionValues(json);
    }

    /**
     * Sets what happens to values that are changed without {@link CloakroomSession#setAttribute}. With
     * {@link SaveMode#ON_SET_ATTRIBUTE}, the default, the change is lost. With the other two, each value that the request
     * has read is encoded again at the end of the request, and stored if it differs.
     */
    public void setSaveMode(SaveMode mode) {
        saveMode = Objects.requireNonNull(mode, "mode");
    }

    /**
     * Sets the request parameter that asks for a session which outlives the browser, when a principal logs in: with
     * the value {@code true}, {@code on}, {@code yes} or {@code 1}. None unless set. The engine's persistent timeouts then
     * hold.
     */
    public void setRememberMeParameter(@Nullable String parameter) {
        rememberMeParameter = parameter;
    }

    @Override
    public void setBeanFactory(BeanFactory factory) {
        beanFactory = factory;
    }

    /**
     * Checks the filters and resolvers of the application.
     *
     * @throws IllegalStateException if one would take this repository's ids for secrets; the message names it
     */
    @Override
    public void afterSingletonsInstantiated() {
        if (beanFactory instanceof ListableBeanFactory beans) {
            beans.getBeansOfType(SessionRepositoryFilter.class).forEach((name, filter) -> {
                if (!(filter instanceof CloakroomSessionFilter)) {
                    throw new IllegalStateException(
                            "the bean " + name + " is a " + filter.getClass().getSimpleName()
                                    + ", which would open a session for its public id: import CloakroomHttpSessionConfiguration"
                                    + " in place of @EnableSpringHttpSession");
                }
            });
            beans.getBeansOfType(HttpSessionIdResolver.class).values().forEach(ResolverCheck::require);
        }
    }

    SessionEngine engine() {
        return engine;
    }

    @Nullable
    String rememberMeParameter() {
        return rememberMeParameter;
    }

    CloakroomSession wrap(dev.cloakroom.Session session, @Nullable Exchange exchange) {
        return new CloakroomSession(session, values, saveMode, exchange);
    }

    /** Returns a session that no browser has a cookie of. */
    @Override
    public CloakroomSession createSession() {
        dev.cloakroom.Session session = engine.open((String) null);
        session.keep();
        return wrap(session, null);
    }

    @Override
    public void save(CloakroomSession session) {
        session.putChangedInPlace();
        if (session.engineSession().isNew()) {
            engine.commit(session.engineSession());
        } else {
            engine.commitWithoutCookies(session.engineSession());
        }
    }

    @Override
    public @Nullable CloakroomSession findById(String id) {
        SessionId parsed = SessionId.parse(id);
        if (parsed == null) {
            return null;
        }
        dev.cloakroom.Session session = engine.find(parsed.handle());
        return session == null || session.idGeneration() != parsed.generation() ? null : wrap(session, null);
    }

    /** Ends a session for good, also by an id that it had before. */
    @Override
    public void deleteById(String id) {
        SessionId parsed = SessionId.parse(id);
        if (parsed != null) {
            engine.end(parsed.handle());
        }
    }

    /** Returns a principal's live sessions by id, in the order of their logins. Other indexes have no sessions. */
    @Override
    public Map<String, CloakroomSession> findByIndexNameAndIndexValue(String indexName, String indexValue) {
        Map<String, CloakroomSession> sessions = new LinkedHashMap<>();
        if (indexName.equals(PRINCIPAL_NAME_INDEX_NAME) && !indexValue.isEmpty()) {
            for (SessionInfo info : engine.sessionsOf(indexValue)) {
                dev.cloakroom.Session session = engine.find(info.handle());
                if (session != null) {
                    CloakroomSession wrapped = wrap(session, null);
                    sessions.put(wrapped.getId(), wrapped);
                }
            }
        }
        return sessions;
    }
}
