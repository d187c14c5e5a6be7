package dev.cloakroom.servlet;

import java.io.PrintWriter;
import java.io.Writer;

/** A response's writer that commits the session before the response is committed. */
final class CommittingWriter extends Writer {

    /** How many bytes a character takes at most, in UTF-8; an encoding that takes more is not served by containers. */
    private static final int BYTES_PER_CHARACTER = 4;

    private final PrintWriter out;
    private final CloakroomResponse response;

    private CommittingWriter(PrintWriter out, CloakroomResponse response) {
        this.out = out;
        this.response = response;
    }

    static PrintWriter of(PrintWriter writer, CloakroomResponse response) {
        return new PrintWriter(new CommittingWriter(writer, response)) {
            @Override
            public boolean checkError() {
                return super.checkError() || writer.checkError();
            }
        };
    }

    @Override
    public void write(int character) {
        response.beforeContent(BYTES_PER_CHARACTER);
        out.write(character);
    }

    @Override
    public void write(char[] text, int offset, int length) {
        response.beforeContent((long) length * BYTES_PER_CHARACTER);
        out.write(text, offset, length);
    }

    @Override
    public void write(String text, int offset, int length) {
        response.beforeContent((long) length * BYTES_PER_CHARACTER);
        out.write(text, offset, length);
    }

    @Override
    public void flush() {
        response.commitSession();
        out.flush();
    }

    @Override
    public void close() {
        response.commitSession();
        out.close();
    }
}
