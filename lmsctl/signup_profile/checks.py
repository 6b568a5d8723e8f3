"""What must hold between sign-up profiles and their activations."""

from lmsctl.kit.check import Check

CHECKS = (
    Check(
        "activations_counted",
        "The activations used are the registrations by the profile, confirmed or pending.",
        """
        SELECT s.code || ': used ' || s.activations_used || ', registrations ' || s.n AS example
        FROM (
            SELECT p.code, p.activations_used, (
                SELECT count(*) FROM activations a
                JOIN registrations r ON r.id = a.registration_id
                WHERE a.profile_id = p.id AND r.state IN ('pending', 'confirmed')) AS n
            FROM signup_profiles p) AS s
        WHERE s.activations_used <> s.n
        """,
    ),
    Check(
        "activations_within_limit",
        "No profile has more activations used than it has.",
        """
        SELECT code || ': ' || activations_used || ' of ' || activation_limit AS example
        FROM signup_profiles WHERE activations_used > activation_limit
        """,
    ),
)
