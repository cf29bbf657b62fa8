/** Why nobody can log in from this computer, in a sentence for its user that says what would be right. */
export class LoginFault extends Error {}
