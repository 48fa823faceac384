/** The account that every stack is declared and rehearsed in. A file of its own: it needs none of Pulumi. */
export const ACCOUNT_ID = "123456789012";
