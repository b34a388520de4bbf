SELECT carrier,
       nmae
FROM airlines
