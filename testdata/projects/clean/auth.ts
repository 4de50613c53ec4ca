import { createHash } from "node:crypto";

export interface Login { username: string; password: string; token?: string }

export const TOKEN_STORAGE_KEY = "harbour.session.token";
export const PASSWORD_INPUT = "current-password";
const apiKey = import.meta.env.VITE_API_KEY;
const clientSecret = process.env.CLIENT_SECRET ?? "";
const initial: Login = { username: "", password: "" };
const labels = { password: "Password", newPassword: "New password", apiKey: "API key" };
const masked = { password: "••••••••••••" };
const errors = { password: "auth/wrong-password", token: "auth/id-token-expired" };

export async function logIn({ username, password }: Login) {
  const response = await fetch("/api/token", { method: "POST", body: JSON.stringify({ username, password }) });
  const { access_token: token } = await response.json();
  localStorage.setItem("access_token", token);
  return { headers: { Authorization: `Bearer ${token}`, "X-CSRF-Token": getCookie("csrftoken") } };
}

export const form = [{ name: "password", type: "password", autocomplete: "new-password", testId: "password-field" }];
export const passwordKey = createHash("sha256").update(password).digest("hex");
