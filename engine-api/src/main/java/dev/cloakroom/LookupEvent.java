package dev.cloakroom;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** The event of a lookup in a JDK Flight Recorder recording. */
@Name("dev.cloakroom.Lookup")
@Label("Session Lookup")
@Category("Cloakroom")
@Description("The session of a Cookie header was looked up")
@Threshold("1 ms")
@StackTrace(false)
final class LookupEvent extends jdk.jfr.Event {

    @Label("Outcome")
    @Nullable
    String outcome;
}
