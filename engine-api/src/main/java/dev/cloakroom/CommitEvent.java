package dev.cloakroom;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** The event of a commit in a JDK Flight Recorder recording. */
@Name("dev.cloakroom.Commit")
@Label("Session Commit")
@Category("Cloakroom")
@Description("A request's changes to a session were stored")
@Threshold("1 ms")
@StackTrace(false)
final class CommitEvent extends jdk.jfr.Event {

    @Label("Cookies Set")
    int cookies;
}
