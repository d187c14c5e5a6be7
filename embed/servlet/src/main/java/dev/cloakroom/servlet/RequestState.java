package dev.cloakroom.servlet;

import dev.cloakroom.Lookup;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionHandle;
import dev.cloakroom.cookie.CookieHeader;
import dev.cloakroom.cookie.SetCookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The session of one HTTP request, through all its dispatches. The session is looked up when the request first asks for
 * it. It may be committed several times. A commit that has nothing to do costs a comparison.
 */
final class RequestState {

    /** What is shown of a cookie that opens no session. It says that there was one, as no id is known. */
    private static final String NO_SESSION = "no-session";

    private final FilterSettings settings;
    private final SessionEngine engine;
    private final ReentrantLock lock = new ReentrantLock();

    /** Of the newest dispatch that began without the filter's wrappers. */
    private HttpServletRequest request;

    private HttpServletResponse response;

    private @Nullable Lookup lookup;
    private @Nullable SessionHandle requested;
    private long requestedGeneration;

    private @Nullable Session session;
    private @Nullable EngineHttpSession view;

    /** Whether the request began the session. */
    private boolean fresh;

    /** Whether the request has asked for a session of its own, as far as servlets know. */
    private boolean created;

    /** Whether the program has the engine's session, whose changes are not seen here. */
    private boolean shared;

    private boolean dirty;
    private long knownGeneration;
    private String knownId = "";

    /** What the response has to set, in case that it is reset. */
    private List<SetCookie> cookies = List.of();

    RequestState(FilterSettings settings, HttpServletRequest request, HttpServletResponse response) {
        this.settings = settings;
        this.engine = settings.engine();
        this.request = request;
        this.response = response;
    }

    /** Goes on with the request and the response of a dispatch that began without wrappers. */
    void dispatched(HttpServletRequest nextRequest, HttpServletResponse nextResponse) {
        lock.lock();
        try {
            request = nextRequest;
            response = nextResponse;
        } finally {
            lock.unlock();
        }
    }

    // The session

    /** Returns the request's session, or null if there is none and none is wanted. */
    @Nullable
    EngineHttpSession session(boolean create) {
        lock.lock();
        try {
            dropEnded();
            Session known = found();
            if (known != null && (created || !known.isNew())) {
                return viewOf(known);
            }
            return create ? created() : null;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the engine's session of the request: the one that it has, or a new one that holds nothing. */
    Session engineSession() {
        lock.lock();
        try {
            dropEnded();
            Session known = found();
            shared = true;
            return known == null ? opened() : known;
        } finally {
            lock.unlock();
        }
    }

    private EngineHttpSession created() {
        if (response.isCommitted()) {
            throw new IllegalStateException("a session cannot be created when the response is committed, as its cookie"
                    + " could not be set: call getSession() before the response is written");
        }
        Session known = session == null ? opened() : session;
        EngineHttpSession result = viewOf(known);
        if (known.isNew()) {
            created = true;
            dirty = true;
            if (settings.keepsEmptySessions()) {
                known.keep();
            }
            settings.events().createdBy(known.handle(), result);
        }
        return result;
    }

    private EngineHttpSession viewOf(Session known) {
        EngineHttpSession result = view;
        if (result == null) {
            result = new EngineHttpSession(settings, known, lock, fresh, this::end);
            view = result;
        }
        return result;
    }

    /** Returns the session that the request has, looked up if it was not yet. */
    private @Nullable Session found() {
        if (lookup == null && lookup() instanceof Lookup.Found found) {
            requested = found.session().handle();
            requestedGeneration = found.session().idGeneration();
            adopt(found.session());
        }
        return session;
    }

    private Lookup lookup() {
        Lookup known = lookup;
        if (known == null) {
            String header = header();
            known = settings.noAccess().test(request) ? engine.peek(header) : engine.lookup(header);
            lookup = known;
        }
        return known;
    }

    private Session opened() {
        Session opened = engine.open(header());
        adopt(opened);
        return opened;
    }

    private void adopt(Session adopted) {
        session = adopted;
        fresh = adopted.isNew();
        dirty = true;
        knownGeneration = adopted.idGeneration();
        if (settings.events().wantIds()) {
            knownId = SessionId.of(adopted);
        }
    }

    /** Returns all Cookie fields as one header. HTTP/2 splits it. */
    private @Nullable String header() {
        Enumeration<String> fields = request.getHeaders("Cookie");
        if (fields == null || !fields.hasMoreElements()) {
            return null;
        }
        String first = fields.nextElement();
        if (!fields.hasMoreElements()) {
            return first;
        }
        List<String> all = new ArrayList<>();
        all.add(first);
        all.addAll(Collections.list(fields));
        return CookieHeader.join(all);
    }

    private void dropEnded() {
        Session known = session;
        if (known != null && known.isEnded()) {
            collect(known);
            drop();
        }
    }

    private void drop() {
        session = null;
        view = null;
        created = false;
        fresh = false;
    }

    /** Ends the session of a view. */
    private void end(EngineHttpSession ending) {
        ending.logout(ending.snapshot());
        collect(ending.session());
        if (ending.session() == session) {
            drop();
        }
    }

    // Ids

    /** Returns the id of the session that the request's cookie opened, or null if it has no cookie. */
    @Nullable
    String requestedId() {
        lock.lock();
        try {
            found();
            SessionHandle handle = requested;
            if (handle != null) {
                return SessionId.of(handle, requestedGeneration);
            }
            return lookup() instanceof Lookup.Absent ? null : NO_SESSION;
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether the session that the request's cookie opened is the request's and lives. */
    boolean requestedIdIsValid() {
        lock.lock();
        try {
            Session known = found();
            return known != null && !known.isEnded() && known.handle().equals(requested);
        } finally {
            lock.unlock();
        }
    }

    /** Gives the session a new id. Attributes, times and everything else stay. */
    String changeId() {
        lock.lock();
        try {
            EngineHttpSession changing = session(false);
            if (changing == null) {
                throw new IllegalStateException("the request has no session whose id could be changed");
            }
            if (response.isCommitted()) {
                throw new IllegalStateException("the session's id cannot be changed when the response is committed, as"
                        + " the new cookie could not be set: call changeSessionId() before the response is written");
            }
            Session known = changing.session();
            if (known.isNew()) {
                // Only a session that is stored has an id that can be replaced.
                known.keep();
                changing.write();
                commitWithCookies(known);
            }
            knownId = SessionId.of(known);
            known.renewId();
            dirty = true;
            reportId(changing);
            return SessionId.of(known);
        } finally {
            lock.unlock();
        }
    }

    private void reportId(@Nullable EngineHttpSession changed) {
        if (changed != null && changed.session().idGeneration() != knownGeneration) {
            knownGeneration = changed.session().idGeneration();
            if (settings.events().wantIds()) {
                settings.events().idChanged(changed, knownId);
                knownId = SessionId.of(changed.session());
            }
        }
    }

    // Commits

    /** Stores what the request changed, and sets its cookies if the response is not committed. */
    void commit() {
        lock.lock();
        try {
            Session known = session;
            if (known != null && mayHaveChanged()) {
                EngineHttpSession present = view;
                if (present != null) {
                    present.write();
                    reportId(present);
                }
                collect(known);
                dirty = false;
                dropEnded();
            }
            setCookies();
        } finally {
            lock.unlock();
        }
    }

    private boolean mayHaveChanged() {
        boolean seen = view != null && view.takeChanged();
        return seen || dirty || shared;
    }

    /** Commits a session. */
    private void collect(Session committed) {
        if (response.isCommitted()) {
            engine.commitWithoutCookies(committed);
        } else {
            commitWithCookies(committed);
        }
    }

    private void commitWithCookies(Session committed) {
        boolean unstored = committed.isNew();
        List<SetCookie> set = engine.commitForCookies(committed);
        if (unstored && !committed.isNew()) {
            settings.events().requireConnected();
        }
        for (SetCookie cookie : set) {
            List<SetCookie> next = new ArrayList<>(cookies);
            next.removeIf(other -> other.name().equals(cookie.name()));
            next.add(cookie);
            cookies = next;
        }
    }

    /** Sets the cookies that the response does not have: none yet, not the newest, or it was reset. */
    private void setCookies() {
        if (!cookies.isEmpty() && !response.isCommitted()) {
            cookies.forEach(this::setCookie);
        }
    }

    private void setCookie(SetCookie cookie) {
        String header = cookie.toHeader();
        String start = cookie.name() + "=";
        Collection<String> present = response.getHeaders("Set-Cookie");
        if (present.contains(header)) {
            return;
        }
        List<String> others =
                present.stream().filter(other -> !other.startsWith(start)).toList();
        if (others.size() == present.size()) {
            response.addHeader("Set-Cookie", header);
        } else {
            response.setHeader("Set-Cookie", header);
            others.forEach(other -> response.addHeader("Set-Cookie", other));
        }
    }

    /** Ends the request's work: a session that was created and not stored by now never will be. */
    void finish() {
        lock.lock();
        try {
            EngineHttpSession last = view;
            if (last != null && created) {
                SessionHandle handle = last.session().handle();
                if (last.session().isNew()) {
                    settings.events().neverStored(handle, last.snapshot());
                } else {
                    settings.events().settled(handle);
                }
                created = false;
            }
        } finally {
            lock.unlock();
        }
    }
}
