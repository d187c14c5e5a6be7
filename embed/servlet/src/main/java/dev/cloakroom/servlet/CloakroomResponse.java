package dev.cloakroom.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/**
 * A response that commits the session before it is committed itself, whatever commits it: an error, a redirect, a flush, a
 * buffer that is full, a declared length that is reached, or the end of the body.
 *
 * <p>Containers commit a little differently. Jetty writes through what is larger than a quarter of its buffer. So a commit
 * of the session may come earlier than that of the response. It is repeated when something has changed meanwhile.
 */
final class CloakroomResponse extends HttpServletResponseWrapper {

    private static final int WRITTEN_THROUGH = 4;
    private static final long UNKNOWN = -1;

    private final RequestState state;
    private long written;
    private long declared = UNKNOWN;
    private int bufferSize = -1;
    private @Nullable ServletOutputStream stream;
    private @Nullable PrintWriter writer;

    CloakroomResponse(HttpServletResponse response, RequestState state) {
        super(response);
        this.state = state;
    }

    void commitSession() {
        state.commit();
    }

    /** Commits the session if the response may be committed by so many bytes of content. */
    void beforeContent(long bytes) {
        if (bufferSize < 0) {
            bufferSize = getBufferSize();
        }
        written += bytes;
        if (written >= bufferSize || bytes >= bufferSize / WRITTEN_THROUGH || reachesDeclared(written)) {
            state.commit();
        }
    }

    private boolean reachesDeclared(long length) {
        return declared != UNKNOWN && length >= declared;
    }

    private void declare(long length) {
        declared = length;
        if (reachesDeclared(written)) {
            state.commit();
        }
    }

    private void declareBy(String header, @Nullable String value) {
        if ("Content-Length".equalsIgnoreCase(header) && value != null) {
            try {
                declare(Long.parseLong(value.trim()));
            } catch (NumberFormatException e) {
                declared = UNKNOWN;
            }
        }
    }

    @Override
    public void setContentLength(int length) {
        declare(length);
        super.setContentLength(length);
    }

    @Override
    public void setContentLengthLong(long length) {
        declare(length);
        super.setContentLengthLong(length);
    }

    @Override
    public void setHeader(String name, @Nullable String value) {
        declareBy(name, value);
        super.setHeader(name, value);
    }

    @Override
    public void addHeader(String name, @Nullable String value) {
        declareBy(name, value);
        super.addHeader(name, value);
    }

    @Override
    public void setIntHeader(String name, int value) {
        declareBy(name, Integer.toString(value));
        super.setIntHeader(name, value);
    }

    @Override
    public void addIntHeader(String name, int value) {
        declareBy(name, Integer.toString(value));
        super.addIntHeader(name, value);
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        ServletOutputStream known = stream;
        if (known == null) {
            known = new CommittingStream(super.getOutputStream(), this);
            stream = known;
        }
        return known;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        PrintWriter known = writer;
        if (known == null) {
            known = CommittingWriter.of(super.getWriter(), this);
            writer = known;
        }
        return known;
    }

    @Override
    public void flushBuffer() throws IOException {
        state.commit();
        super.flushBuffer();
    }

    @Override
    public void sendError(int status) throws IOException {
        state.commit();
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        state.commit();
        super.sendError(status, message);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        state.commit();
        super.sendRedirect(location);
    }

    @Override
    public void sendRedirect(String location, int status) throws IOException {
        state.commit();
        super.sendRedirect(location, status);
    }

    @Override
    public void sendRedirect(String location, boolean clearBuffer) throws IOException {
        state.commit();
        super.sendRedirect(location, clearBuffer);
    }

    @Override
    public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
        state.commit();
        super.sendRedirect(location, status, clearBuffer);
    }

    @Override
    public void reset() {
        super.reset();
        restart();
        stream = null;
        writer = null;
        declared = UNKNOWN;
    }

    @Override
    public void resetBuffer() {
        super.resetBuffer();
        restart();
    }

    @Override
    public void setBufferSize(int size) {
        super.setBufferSize(size);
        bufferSize = -1;
    }

    private void restart() {
        written = 0;
        bufferSize = -1;
    }

    /** Returns the URL as it is: no id is written into URLs. */
    @Override
    public String encodeURL(String url) {
        return url;
    }

    /** Returns the URL as it is: no id is written into URLs. */
    @Override
    public String encodeRedirectURL(String url) {
        return url;
    }
}
