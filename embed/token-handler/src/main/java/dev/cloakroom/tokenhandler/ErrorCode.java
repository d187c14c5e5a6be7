package dev.cloakroom.tokenhandler;

/** Makes text of another party fit for a log and an answer. */
final class ErrorCode {

    private static final int LONGEST = 200;

    private ErrorCode() {}

    /** Returns a text without control and non-ASCII characters, quotes and backslashes (RFC 6749, section 5.2), cut. */
    static String printable(String text) {
        String cut = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
        return cut.replaceAll("[^\\x20\\x21\\x23-\\x5B\\x5D-\\x7E]", "?");
    }
}
