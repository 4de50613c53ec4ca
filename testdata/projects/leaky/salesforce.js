const jsforce = require("jsforce");

const connection = new jsforce.Connection({ loginUrl: "https://login.salesforce.com" });
const username = "ops@acme.net";
const password = "{{fill 10 a-z0-9}}Wren";
connection.login(username, password, (error) => console.log(error));
