package dev.cloakroom.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A response's stream that commits the session before the response is committed. */
final class CommittingStream extends ServletOutputStream {

    private final ServletOutputStream out;
    private final CloakroomResponse response;

    CommittingStream(ServletOutputStream out, CloakroomResponse response) {
        this.out = out;
        this.response = response;
    }

    @Override
    public void write(int value) throws IOException {
        response.beforeContent(1);
        out.write(value);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        response.beforeContent(bytes.length);
        out.write(bytes);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        response.beforeContent(length);
        out.write(bytes, offset, length);
    }

    @Override
    public void write(ByteBuffer buffer) throws IOException {
        response.beforeContent(buffer.remaining());
        out.write(buffer);
    }

    @Override
    public void print(String text) throws IOException {
        response.beforeContent(text == null ? "null".length() : text.length());
        out.print(text);
    }

    @Override
    public void flush() throws IOException {
        response.commitSession();
        out.flush();
    }

    @Override
    public void close() throws IOException {
        response.commitSession();
        out.close();
    }

    @Override
    public boolean isReady() {
        return out.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        out.setWriteListener(listener);
    }
}
