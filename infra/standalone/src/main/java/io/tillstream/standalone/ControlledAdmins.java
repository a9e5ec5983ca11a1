package io.tillstream.standalone;

import io.tillstream.command.admin.Admins;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.error.Refused;

/** The command line's way to the shop's admins. */
record ControlledAdmins(Admins admins) implements Control.Admins {
    private static final String PROCESS = "CommandLine";

    @Override
    public void add(String email, String password) {
        try {
            admins.add(PROCESS, email, password);
        } catch (Refused | Invalid e) {
            throw new CannotGoOn(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void changePassword(String email, String password) {
        try {
            admins.changePassword(PROCESS, email, password);
        } catch (Refused | Invalid e) {
            throw new CannotGoOn(String.valueOf(e.getMessage()), e);
        }
    }
}
