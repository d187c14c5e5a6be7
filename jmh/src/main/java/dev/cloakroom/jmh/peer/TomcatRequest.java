package dev.cloakroom.jmh.peer;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's own request, which the peers for servlets get as well. Between two requests it forgets its header, its
 * cookies, its session and its attributes, not all that Tomcat clears: what has nothing to do with sessions shall not be
 * measured. For the same reason its attributes are in a plain map, without Tomcat's listeners for them.
 *
 * <p>Tomcat reads headers as bytes, so a header's text is copied into bytes here, at the cost of a few nanoseconds.
 */
final class TomcatRequest extends Request {

    private final Context context;
    private final Map<String, Object> plainAttributes = new HashMap<>();

    TomcatRequest(Connector connector, Context context) {
        super(connector, new org.apache.coyote.Request());
        this.context = context;
        Response response = new Response(new org.apache.coyote.Response());
        response.setRequest(this);
        setResponse(response);
        getMappingData().context = context;
    }

    void begin(String cookieHeader) {
        byte[] bytes = cookieHeader.getBytes(StandardCharsets.ISO_8859_1);
        getCoyoteRequest().getMimeHeaders().addValue("cookie").setBytes(bytes, 0, bytes.length);
    }

    /** Ends the request; Tomcat ends the session's access with it. */
    void end() {
        recycleSessionInfo();
        recycleCookieInfo(true);
        plainAttributes.clear();
        getCoyoteRequest().getMimeHeaders().recycle();
    }

    @Override
    public Context getContext() {
        return context;
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        return plainAttributes.get(name);
    }

    @Override
    public void setAttribute(String name, Object value) {
        plainAttributes.put(name, value);
    }

    @Override
    public void removeAttribute(String name) {
        plainAttributes.remove(name);
    }
}
